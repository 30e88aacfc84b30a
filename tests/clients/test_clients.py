"""Third-party clients work in the studio unmodified, each artist in their own rooms."""

import asyncio
from pathlib import Path

import pytest

from tests.clients.clients import CLIENTS, Client, Failed
from tests.clients.house import House, artist_at, colour_of


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_two_artists_work_with_a_client_at_once(house: House, client: Client, tmp_path: Path) -> None:
    """Each makes a picture, sends a large one and uses it, by the client's own means, and finds only their own."""
    number = CLIENTS.index(client)
    tokens = list(house.tokens.values())
    before = [house.history(token) for token in tokens]
    with house.reached(client, tokens[0]) as first, house.reached(client, tokens[1]) as second:
        artists = [
            artist_at(
                there, tmp_path / str(each), made=(each, number, 1), sent=(each, number, 2), stranger=house.stranger
            )
            for each, there in enumerate((first, second))
        ]
        done = await asyncio.gather(*(client.work(artist) for artist in artists))
    after = [house.history(token) for token in tokens]
    for each, said in enumerate(done):
        assert (colour_of(said.made), colour_of(said.again)) == ((each, number, 1), (each, number, 2))
        assert set(said.own) - before[each] == after[each] - before[each]
        assert set(said.own) <= set(said.listed) <= after[each]
    assert not after[0] & after[1]
    pictures = [artist.picture.read_bytes() for artist in artists]
    assert [[picture in house.sent(name) for picture in pictures] for name in house.tokens] == [
        [True, False],
        [False, True],
    ]


@pytest.mark.parametrize("client", [each for each in CLIENTS if each.by == "token"], ids=lambda client: client.name)
async def test_a_revoked_token_opens_nothing(house: House, client: Client, tmp_path: Path) -> None:
    """A client ends with an error when its token is none of the studio's."""
    there = house.origin, "cst_" + "x" * 43
    artist = artist_at(there, tmp_path / "here", made=(1, 1, 1), sent=(2, 2, 2), stranger=house.stranger)
    with pytest.raises(Failed, match=r"401|refused"):
        await client.work(artist)
