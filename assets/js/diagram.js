// Shows a BPMN file and where the case stands: <div data-diagram="/…/trip.bpmn" data-now="a b" data-done="c d">.
import Viewer from "bpmn-js/lib/NavigatedViewer";

const READABLE = 0.8;

export async function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "yes";
  const viewer = new Viewer({ container: place });
  const response = await fetch(place.dataset.diagram, { headers: { Accept: "application/xml" } });
  if (!response.ok) throw new Error(`diagram: ${response.status}`);
  await viewer.importXML(await response.text());
  const canvas = viewer.get("canvas");
  const mark = (ids, name) => {
    for (const id of (ids ?? "").split(" ").filter(Boolean)) if (viewer.get("elementRegistry").get(id)) canvas.addMarker(id, name);
  };
  mark(place.dataset.done, "at-done");
  mark(place.dataset.now, "at-now");
  // A long process shrunk to the window can't be read: then the current step is shown instead, and one drags.
  if (canvas.zoom("fit-viewport", "auto") < READABLE) {
    const all = viewer.get("elementRegistry");
    const now = all.get((place.dataset.now ?? "").split(" ")[0]) ?? all.find((element) => element.type === "bpmn:StartEvent");
    canvas.zoom(READABLE);
    if (now) canvas.scrollToElement(now, { top: 120, bottom: 120, left: 200, right: 200 });
  }
}
