import time
import uuid

from waiban.kernel.ids import uuid7


def test_ids_are_version_7_and_sort_by_their_making() -> None:
    made = []
    for _ in range(200):
        made.append(uuid7())
        time.sleep(0.000002)
    assert all(one.version == 7 and one.variant == uuid.RFC_4122 for one in made)
    assert made == sorted(made)
    assert len(set(made)) == len(made)
