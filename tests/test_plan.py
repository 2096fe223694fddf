"""What a build would do, worked out by content."""

from __future__ import annotations

from qa.generation import SourceRecord
from qa.nouns import Skipped
from qa.plan import Fingerprint, Plan, compare


def before(**digests):
    """The sources of an index by name, underscores for points; each with one document."""
    return {
        name.replace("_", "."): SourceRecord(name.replace("_", "."), digest, ".txt/1", 1, 1)
        for name, digest in digests.items()
    }


def now(reader=".txt/1", **digests):
    """The files of a folder by name."""
    return {n.replace("_", "."): Fingerprint(digest, reader) for n, digest in digests.items()}


def test_each_file_is_in_one_group():
    """Added, changed, moved, removed and kept, by content and name."""
    plan = compare(
        before(kept="1", changed="2", gone="3", old="4"),
        now(kept="1", changed="22", new="4", added="5"),
        (),
        None,
    )
    assert plan == Plan(
        added=("added",),
        changed=("changed",),
        moved=(("old", "new"),),
        removed=("gone",),
        kept=("kept",),
    )
    assert not plan.is_empty


def test_the_same_folder_is_an_empty_plan():
    """Nothing to do, whatever was skipped."""
    skipped = (Skipped("x.bin", "no reader for .bin files"),)
    plan = compare(before(a="1", b="1"), now(a="1", b="1"), skipped, None)
    assert plan.is_empty
    assert plan.kept == ("a", "b")
    assert plan.skipped == skipped


def test_a_reason_to_rebuild_is_something_to_do():
    """Even if no file changed."""
    assert not compare(before(a="1"), now(a="1"), (), "other settings").is_empty


def test_files_of_one_content_are_paired_in_order():
    """Two equal files under two new names are two moves; a third is added."""
    plan = compare(before(a="1", b="1"), now(x="1", y="1", z="1"), (), None)
    assert plan.moved == (("a", "x"), ("b", "y"))
    assert plan.added == ("z",)


def test_a_copy_is_added_not_moved():
    """Its original is still there."""
    plan = compare(before(a="1"), now(a="1", b="1"), (), None)
    assert (plan.added, plan.moved, plan.kept) == (("b",), (), ("a",))


def test_swapped_files_are_changed_not_moved():
    """Both names are there still, with each other's content."""
    plan = compare(before(a="1", b="2"), now(a="2", b="1"), (), None)
    assert plan.changed == ("a", "b")
    assert plan.moved == ()


def test_files_read_otherwise_now_are_reread():
    """The same content under a newer reader is read anew."""
    plan = compare(before(a="1"), now(reader=".txt/2", a="1"), (), None)
    assert (plan.reread, plan.kept) == (("a",), ())
    assert not plan.is_empty


def test_the_json_form_has_every_group():
    """Moves are objects of two names, skipped files say why."""
    plan = compare(before(a="1"), now(b="1"), (Skipped("c", "why", 3),), "because")
    assert plan.as_json() == {
        "added": [],
        "changed": [],
        "moved": [{"from": "a", "to": "b"}],
        "removed": [],
        "kept": [],
        "reread": [],
        "skipped": [{"path": "c", "reason": "why", "line": 3}],
        "rebuild": "because",
    }
