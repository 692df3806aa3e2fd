"""Seeds depend on names alone: golden values."""

from benchmark.seeds import random, seed_sequence, spawn_key


def test_words_are_the_published_ones() -> None:
    assert spawn_key("gen", "smote", 3, 0) == (1278056196, 920347770, 2344234305, 2748853068)


def test_integer_stream_is_the_published_one() -> None:
    drawn = random(7, "gen", "smote", 3, 0).integers(0, 2**63, 3).tolist()
    assert drawn == [2719317893105250272, 1709590092000211530, 2321683838828861502]


def test_every_name_counts() -> None:
    states = {
        tuple(seed_sequence(*parts).generate_state(2))
        for parts in [(0, "a", 1), (1, "a", 1), (0, "a", 2), (0, "a", "1"), (0, "b", 1)]
    }
    assert len(states) == 5
