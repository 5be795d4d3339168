"""Signs of a day's index: as many as there are bytes, wherever they lie; and the cuts made of them."""

from random import Random

from opentrail.domain.history import HistoryPage, IndexItem
from opentrail.domain.history_cuts import LEAST, SIGN, SIGNS_APART, Cut, cuts, leaves_sign

ACCOUNT, REGION = "111111111111", "us-east-1"


def page(page_id: str, size: int) -> HistoryPage:
    item = IndexItem(
        account_id=ACCOUNT, region=REGION, k=0, bucket=0, page_id=page_id, newest=1, oldest=1, chunks=1,
        data=bytes(size),
    )  # fmt: skip
    return HistoryPage(
        account_id=ACCOUNT, region=REGION, page_id=page_id, newest=1, oldest=1, body=b"", index=(item,)
    )


def test_signs_stand_for_bytes_of_index() -> None:
    rng = Random(3)
    for size in (0, 1000, 5000):
        drawn = sum(leaves_sign(page(f"{rng.getrandbits(128):032x}", size)) for _ in range(20_000))
        assert 0.85 < drawn * SIGN / (20_000 * (size + LEAST)) < 1.15, size


def test_a_page_with_more_index_than_signs_are_apart_leaves_one() -> None:
    assert leaves_sign(page("f" * 32, SIGN))


def test_every_third_sign_of_a_key_is_a_cut_newest_first() -> None:
    signs = [Cut(second, k, shard) for second in range(10) for k, shard in ((0, 0), (0, 5), (2, 0))]
    Random(1).shuffle(signs)
    found = cuts(signs)
    assert list(found) == sorted(found, reverse=True)
    for key in ((0, 0), (0, 5), (2, 0)):
        assert [cut.newest for cut in found if (cut.k, cut.shard) == key] == [7, 4, 1]
    assert cuts(signs[: SIGNS_APART - 1]) == ()
