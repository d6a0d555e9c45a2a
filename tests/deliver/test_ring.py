"""Fan-outs in turn, and how far each is settled."""

import pytest

from pushbell.deliver.parcel import Parcel
from pushbell.deliver.ring import Ring
from pushbell.deliver.walk import Walk
from pushbell.message import Message
from pushbell.store import Fanout


def walk(seq, upto=10, cursor=0):
    fanout = Fanout(seq=seq, service="s", topic="t", urgent=False, cursor=cursor, upto=upto, owed=upto)
    return Walk(fanout, Parcel(Message(id=str(seq), topic="t", time=0, expires=1, seq=seq)))


@pytest.fixture
def ring():
    ring = Ring(2, urgent=False)
    ring.more = False
    return ring


def test_each_reads_a_page_in_its_turn_until_it_is_read(ring):
    short, long = walk(1, upto=3), walk(2, upto=9)
    ring.offer(short)
    ring.offer(long)
    order = []
    while turn := ring.turn():
        turn.read([turn.after + 1, turn.after + 2, turn.after + 3], 3)
        order.append(turn)
        ring.pass_on(turn)
    assert order == [short, long, long, long]


def test_what_does_not_fit_stays_in_the_database(ring):
    for seq in (1, 2, 3):
        ring.offer(walk(seq))
    assert (len(ring), ring.more, ring.last_seq) == (2, True, 2)


def test_a_new_one_waits_for_older_ones_that_are_being_loaded(ring):
    ring.loading = True
    ring.offer(walk(5))
    assert (len(ring), ring.more) == (0, True)


def test_one_that_was_loaded_before_it_was_announced_is_taken_in_once(ring):
    ring.add(walk(4))
    ring.add(walk(5))
    ring.drop(ring.turn())
    ring.offer(walk(5))
    assert (len(ring), ring.more) == (1, False)


def test_one_that_is_done_makes_room(ring):
    done = walk(1)
    ring.offer(done)
    ring.drop(done)
    assert ring.room == 2


def test_a_walk_is_settled_up_to_the_first_that_is_open():
    one = walk(1)
    one.read([2, 4, 6], 3)
    assert one.advance({4}).cursor == 1
    assert one.advance({2}).cursor == 5
    assert one.advance({6}).cursor == 6
    assert not one.is_done


def test_it_is_done_when_the_last_page_is_settled():
    one = walk(1)
    one.read([2, 4], 3)
    assert one.is_read
    one.advance({2})
    assert not one.is_done
    one.advance({4})
    assert one.is_done


def test_an_empty_page_ends_it():
    one = walk(1)
    one.read([], 3)
    one.advance(set())
    assert one.is_done
