// What HTML cannot do by itself: keys, closing what floats, previews, dates, passwords. No framework, no eval.
import "./keys.js";
import "./floats.js";
import "./forms.js";
import "./live.js";
