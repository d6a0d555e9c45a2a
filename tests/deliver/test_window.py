"""How many pushes may be on their way."""

from pushbell.deliver.window import START, Window


def test_it_doubles_while_it_is_used_and_all_goes_well():
    window = Window(256)
    assert window.size == START
    entered = [window.enter() for _ in range(16)]
    assert not window.has_room
    for each in entered:
        window.leave(each, trouble=False)
        while window.has_room:
            window.enter()
    assert window.size == 32


def test_it_never_grows_beyond_its_limit():
    window = Window(20)
    for _ in range(200):
        while window.has_room:
            entered = window.enter()
        window.leave(entered, trouble=False)
    assert window.size == 20


def test_it_does_not_grow_while_it_is_not_full():
    window = Window(256)
    for _ in range(500):
        window.leave(window.enter(), trouble=False)
    assert window.size == START


def test_trouble_halves_it_once_for_all_that_were_on_their_way():
    window = Window(256)
    entered = [window.enter() for _ in range(16)]
    for each in entered:
        window.leave(each, trouble=True)
    assert window.size == 8


def test_after_trouble_it_grows_slowly_and_never_to_nothing():
    window = Window(256)
    for _ in range(10):
        window.leave(window.enter(), trouble=True)
    assert window.size == 1
    entered = window.enter()
    window.leave(entered, trouble=False)
    assert window.size == 2
    entered = [window.enter(), window.enter()]
    window.leave(entered[0], trouble=False)
    assert window.size == 2
