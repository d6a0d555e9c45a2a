"""How many pushes may be on their way."""

from pushbell.deliver.window import START, Window


def test_it_doubles_while_it_is_used_and_all_goes_well():
    window = Window(256)
    assert window.size == START
    entered = [window.enter() for _ in range(16)]
    assert not window.has_room
    for each in entered:
        window.leave(each, took_s=0.05, trouble=False)
        while window.has_room:
            window.enter()
    assert window.size == 32


def test_it_never_grows_beyond_its_limit():
    window = Window(20)
    for _ in range(200):
        while window.has_room:
            entered = window.enter()
        window.leave(entered, took_s=0.05, trouble=False)
    assert window.size == 20


def test_it_does_not_grow_while_it_is_not_full():
    window = Window(256)
    for _ in range(500):
        window.leave(window.enter(), took_s=0.05, trouble=False)
    assert window.size == START


def test_trouble_halves_it_once_for_all_that_were_on_their_way():
    window = Window(256)
    entered = [window.enter() for _ in range(16)]
    for each in entered:
        window.leave(each, took_s=0.05, trouble=True)
    assert window.size == 8


def test_after_trouble_it_grows_slowly_and_never_to_nothing():
    window = Window(256)
    for _ in range(10):
        window.leave(window.enter(), took_s=0.05, trouble=True)
    assert window.size == 1
    entered = window.enter()
    window.leave(entered, took_s=0.05, trouble=False)
    assert window.size == 2
    entered = [window.enter(), window.enter()]
    window.leave(entered[0], took_s=0.05, trouble=False)
    assert window.size == 2


def test_it_does_not_grow_when_answers_take_longer_the_more_there_are():
    window = Window(256)
    for size_s in (0.050, 0.080, 0.104):  # quick enough: each finds the window full
        while window.has_room:
            entered = window.enter()
        window.leave(entered, took_s=size_s, trouble=False)
    grown = window.size
    assert grown == START + 3
    while window.has_room:
        entered = window.enter()
    window.leave(entered, took_s=0.2, trouble=False)
    assert window.size == grown


def test_what_counts_as_quick_is_found_anew_after_a_rest():
    window = Window(256)
    window.leave(window.enter(), took_s=0.001, trouble=False)
    entered = [window.enter() for _ in range(16)]
    window.leave(entered[0], took_s=0.3, trouble=False)
    assert window.size == START + 1
