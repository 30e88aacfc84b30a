"""Sign-in over a provider: the journey, and whom the roster lets in."""

import asyncio

import pytest
from sqlalchemy import delete, select

from comfystudio.errors import Gone, NotSignedIn, Refused, StudioError, TooMany, Unavailable
from comfystudio.people import LOCAL, PeopleRoom, Person
from comfystudio.people.oidc import OidcSignIn
from comfystudio.storage import Database
from comfystudio.storage.tables import IdentityRow
from tests.people.conftest import HOME, TurnedClock
from tests.people.oidc.conftest import REDIRECT, Makes
from tests.people.oidc.provider import ProviderDouble


async def journey(oidc: OidcSignIn, provider: ProviderDouble, address: str = HOME) -> tuple[Person, str]:
    """Off and back again."""
    begun = await oidc.begin(redirect=REDIRECT, next_="/people", address=address, browser=None)
    code, state = provider.visited(begun.url)
    return await oidc.finish(code, state, browser=begun.browser, address=address)


async def refusal(oidc: OidcSignIn, provider: ProviderDouble) -> StudioError:
    """Why the journey ended before it was over."""
    with pytest.raises(StudioError) as caught:
        await journey(oidc, provider)
    assert caught.value.sentence  # every field of the sentence is there
    return caught.value


async def actions(room: PeopleRoom) -> list[str]:
    """What the trail says, oldest first."""
    return [entry.action for entry in reversed(await room.audit.recent())]


async def test_the_roster_lets_in_whom_the_provider_names(
    oidc: OidcSignIn, provider: ProviderDouble, room: PeopleRoom, database: Database
) -> None:
    """A listed name enters, goes where they wanted to, and the account is theirs from then on."""
    person, next_ = await journey(oidc, provider)
    assert (person.name, next_) == ("Rosa Macak", "/people")
    assert (await journey(oidc, provider))[0] == person
    rows = await database.read(lambda session: list(session.scalars(select(IdentityRow))))
    assert [(row.person_id, row.issuer, row.subject) for row in rows] == [(person.id, provider.issuer, "0001")]
    assert (await actions(room)).count("identity.bound") == 1
    # What the provider is and which keys it has was asked once.
    assert provider.asked == ["openid-configuration", "token", "jwks", "token"]


async def test_names_compare_as_the_roster_compares_them(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """Another Unicode form and blanks around are the same name; other capitals are not."""
    provider.account["preferred_username"] = " Rosa Macak\u200a"
    assert (await journey(oidc, provider))[0].name == "Rosa Macak"
    provider.account["preferred_username"] = "rosa macak"
    assert (await refusal(oidc, provider)).key == "people.oidc_not_listed"


async def test_whom_the_roster_does_not_list_stays_outside(
    oidc: OidcSignIn, provider: ProviderDouble, room: PeopleRoom
) -> None:
    """An account at the provider is no place in the studio, and the trail tells who tried."""
    provider.account["preferred_username"] = "Mallory"
    error = await refusal(oidc, provider)
    assert (error.key, error.status) == ("people.oidc_not_listed", 403)
    entry = (await room.audit.recent())[0]
    assert (entry.action, entry.subject) == ("sign_in.failed", "Mallory")


async def test_somebody_removed_is_no_longer_listed(
    oidc: OidcSignIn, provider: ProviderDouble, room: PeopleRoom
) -> None:
    """Who was taken off the roster stays outside, with an account that was theirs too."""
    person, _ = await journey(oidc, provider)
    await room.people.remove(person.id, LOCAL)
    assert (await refusal(oidc, provider)).key == "people.oidc_not_listed"


async def test_somebody_disabled_stays_outside(oidc: OidcSignIn, provider: ProviderDouble, room: PeopleRoom) -> None:
    """Disabled is disabled, however somebody comes."""
    person, _ = await journey(oidc, provider)
    await room.people.set_disabled(person.id, True, LOCAL)
    error = await refusal(oidc, provider)
    assert (error.key, error.status) == ("people.disabled", 403)
    assert (await actions(room))[-1] == "sign_in.disabled"


async def test_another_account_of_that_name_waits_for_an_admin(
    oidc: OidcSignIn, provider: ProviderDouble, database: Database
) -> None:
    """A name that somebody else took over at the provider opens nothing until the old account is unlinked."""
    await journey(oidc, provider)
    provider.account["sub"] = "0002"
    assert (await refusal(oidc, provider)).key == "people.oidc_taken"
    await database.run(lambda session: session.execute(delete(IdentityRow)))
    assert (await journey(oidc, provider))[0].name == "Rosa Macak"
    provider.account["sub"] = "0001"
    assert (await refusal(oidc, provider)).key == "people.oidc_taken"


async def test_an_account_does_not_change_hands_by_a_new_name(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """Somebody who calls themselves by an admin's name at the provider does not become that admin."""
    await journey(oidc, provider)
    provider.account["preferred_username"] = "Razvan Matei"
    assert (await refusal(oidc, provider)).key == "people.oidc_other"


async def test_two_who_come_with_one_name_at_once_are_not_both_let_in(
    oidc: OidcSignIn, provider: ProviderDouble, database: Database
) -> None:
    """Of two accounts with one name exactly one is bound."""

    async def come(subject: str) -> str:
        begun = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=None)
        provider.account["sub"] = subject
        code, state = provider.visited(begun.url)
        try:
            await oidc.finish(code, state, browser=begun.browser, address=HOME)
        except Refused as error:
            return error.key
        return "in"

    assert sorted(await asyncio.gather(come("0001"), come("0002"))) == ["in", "people.oidc_taken"]
    rows = await database.read(lambda session: list(session.scalars(select(IdentityRow))))
    assert len(rows) == 1


async def test_an_address_counts_only_once_it_is_verified(
    makes: Makes, provider: ProviderDouble, room: PeopleRoom
) -> None:
    """With `email` as the claim, the provider must say that it checked the address."""
    await room.people.add("mina@harbour.example", admin=False, by=LOCAL)
    oidc = makes(claim="email")
    for verified in (False, "true", 1, None):
        provider.account = {"sub": "7", "email": "mina@harbour.example", "email_verified": verified}
        assert (await refusal(oidc, provider)).key == "people.oidc_email"
    provider.account["email_verified"] = True
    assert (await journey(oidc, provider))[0].name == "mina@harbour.example"


async def test_a_claim_that_is_no_name_opens_nothing(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """What is missing or no text names nobody."""
    provider.metadata["userinfo_endpoint"] = None
    for value in (None, "", "  ", 7, ["Rosa Macak"], {"name": "Rosa Macak"}):
        provider.claims["preferred_username"] = value
        assert (await refusal(oidc, provider)).key == "people.oidc_no_claim"


async def test_a_claim_may_come_from_userinfo(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """Providers that keep the ID token small are asked for the rest, and only of the same account."""
    provider.claims["preferred_username"] = None
    provider.told = {"sub": "0001", "preferred_username": "Karlo Vukovic"}
    assert (await journey(oidc, provider))[0].name == "Karlo Vukovic"
    provider.told["sub"] = "0002"
    assert (await refusal(oidc, provider)).key == "people.oidc_no_claim"


async def test_a_state_counts_once_and_in_its_own_browser(
    oidc: OidcSignIn, provider: ProviderDouble, clock: TurnedClock
) -> None:
    """Another browser's, a used and an old state are over, and the code goes nowhere."""
    begun = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=None)
    other = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=None)
    code, state = provider.visited(begun.url)
    for browser in (None, "", "x" * 43, other.browser):
        fresh = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=begun.browser)
        stolen = provider.visited(fresh.url)
        with pytest.raises(Gone):
            await oidc.finish(*stolen, browser=browser, address=HOME)
    for wrong in ("", "é" * 43, "x" * 43, "x" * 200):
        with pytest.raises(Gone):
            await oidc.finish(code, wrong, browser=begun.browser, address=HOME)
    assert "token" not in provider.asked
    await oidc.finish(code, state, browser=begun.browser, address=HOME)
    with pytest.raises(Gone):
        await oidc.finish(code, state, browser=begun.browser, address=HOME)
    code, state = provider.visited(other.url)
    clock.pass_(601)
    with pytest.raises(Gone):
        await oidc.finish(code, state, browser=other.browser, address=HOME)


async def test_two_tabs_sign_in_side_by_side(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """A second tab goes on with the same cookie, so both can come back; a planted one is not taken on."""
    first = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser="p" * 43)
    assert first.browser != "p" * 43
    second = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=first.browser)
    assert second.browser == first.browser
    for begun in (second, first):
        await oidc.finish(*provider.visited(begun.url), browser=first.browser, address=HOME)


async def test_a_place_that_begins_many_loses_its_own_only(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """Somebody who begins sign-ins without end costs bounded memory and nobody else's sign-in."""
    mine = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=None)
    flood = [await oidc.begin(redirect=REDIRECT, next_="/", address="198.51.100.7", browser=None) for _ in range(150)]
    assert len(oidc._pending._open) == 101
    with pytest.raises(Gone):
        await oidc.finish(*provider.visited(flood[0].url), browser=flood[0].browser, address=HOME)
    assert await oidc.finish(*provider.visited(mine.url), browser=mine.browser, address=HOME)


async def test_a_code_that_the_provider_does_not_take(oidc: OidcSignIn, provider: ProviderDouble) -> None:
    """A made-up code opens nothing, and what the provider says of it is not repeated."""
    begun = await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=None)
    _, state = provider.visited(begun.url)
    with pytest.raises(NotSignedIn, match="did not confirm") as caught:
        await oidc.finish("made up", state, browser=begun.browser, address=HOME)
    assert "<b>" not in caught.value.sentence


async def test_trying_without_end_is_held_back_by_place(
    oidc: OidcSignIn, provider: ProviderDouble, clock: TurnedClock
) -> None:
    """From the sixty-first failure from one place on: wait; elsewhere nobody notices."""
    provider.account["preferred_username"] = "Mallory"
    for _ in range(60):
        assert (await refusal(oidc, provider)).key == "people.oidc_not_listed"
    error = await refusal(oidc, provider)
    assert isinstance(error, TooMany)
    assert error.key == "people.oidc_often"
    provider.account["preferred_username"] = "Rosa Macak"
    assert await journey(oidc, provider, "203.0.113.9")
    clock.pass_(15 * 60 + 1)
    assert await journey(oidc, provider)


async def test_a_provider_that_is_down_is_said_to_be(makes: Makes, provider: ProviderDouble) -> None:
    """Nobody is blamed for a provider that does not answer, and it is asked again soon, not at once."""
    provider.status["openid-configuration"] = 500
    oidc = makes()
    for _ in range(3):
        with pytest.raises(Unavailable, match="Harbour does not answer as it should"):
            await oidc.begin(redirect=REDIRECT, next_="/", address=HOME, browser=None)
    assert len(provider.asked) == 1


async def test_faults_of_the_provider_do_not_count_against_people(
    oidc: OidcSignIn, provider: ProviderDouble, clock: TurnedClock
) -> None:
    """However often the provider fails, the next good sign-in works."""
    provider.status["token"] = 503
    for _ in range(61):
        assert isinstance(await refusal(oidc, provider), Unavailable)
    provider.status.clear()
    assert await journey(oidc, provider)
