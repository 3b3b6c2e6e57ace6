"""An agent made with the official Python SDK (mcp): it finds its way from the first refusal, and
does whatever the SDK does by itself. Its one argument is the MCP server."""

import json
import sys
from urllib.parse import urlparse

import anyio
import httpx2
from dialogue import ask, authorize, done
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

SERVER = sys.argv[1]
BASE = "{0.scheme}://{0.netloc}".format(urlparse(SERVER))
REDIRECT = "http://127.0.0.1:3119/callback"
# Nothing here takes long: what hangs is a failure, not a test that never ends.
SECONDS = 60


class Storage:
    """What an application keeps for the SDK."""

    def __init__(self):
        self.tokens = None
        self.client = None
        self.registrations = 0

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.registrations += 1
        self.client = client


class Owner:
    """Where the SDK sends its user."""

    def __init__(self):
        self.links = []

    async def go(self, url):
        self.links.append(url)

    async def come_back(self):
        where, answer = authorize(self.links[-1])
        assert where == REDIRECT, where
        assert answer["iss"] == BASE, answer
        return AuthorizationCodeResult(**answer)


def provider(storage, owner):
    metadata = OAuthClientMetadata(
        client_name="Python agent",
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
    )
    return OAuthClientProvider(SERVER, metadata, storage, owner.go, owner.come_back)


async def succeeds(client, name, **arguments):
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result
    return result.structured_content


async def is_refused(client, name, **arguments):
    result = await client.call_tool(name, arguments)
    assert result.is_error, result
    return json.loads(result.content[0].text)


async def status(path, token):
    async with httpx2.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {token}"}
        return (await http.get(f"{BASE}{path}", headers=headers)).status_code


async def spend(client, owner):
    """Issues a card and loads it, as far as the owner lets it."""
    links = len(owner.links)
    wish = {"type": "virtual", "bin": "489517", "idempotency_key": "the card"}
    card = await succeeds(client, "issue_card", **wish)
    assert len(owner.links) == links + 1, "the SDK steps up"
    assert await succeeds(client, "issue_card", **wish) == card, "one key is one card"

    async def load(ends, amount, key):
        arguments = {"id": card["id"], "amount_usd": amount, "idempotency_key": key}
        return await ends(client, "load_card", **arguments)

    # What the consent page offers at first: 50.00 at once, asks above 25.00.
    loaded = await load(succeeds, 20, "load 1")
    assert await load(succeeds, 20, "load 1") == loaded
    too_much = await load(is_refused, 60, "load 2")
    assert too_much["code"] == "mandate_exceeded", too_much
    asked = await load(is_refused, 30, "load 3")
    assert asked["code"] == "approval_required", asked
    ask(ask="approve", id=asked["approval_id"])
    approved = await load(succeeds, 30, "load 3")
    assert await load(succeeds, 30, "load 3") == approved, "once"
    shown = await succeeds(client, "get_card", id=card["id"])
    assert shown["available_usd"] == 50, shown
    return card["id"]


async def refresh(client, storage, auth, card):
    """An access token that has run out is refreshed without anybody's help."""
    old = storage.tokens
    auth.context.token_expiry_time = 1
    await succeeds(client, "get_card", id=card)
    assert storage.tokens.access_token != old.access_token
    assert storage.tokens.refresh_token != old.refresh_token


async def main():
    storage, owner = Storage(), Owner()
    auth = provider(storage, owner)
    with anyio.fail_after(SECONDS):
        async with httpx2.AsyncClient(auth=auth) as http:
            async with Client(streamable_http_client(SERVER, http_client=http)) as client:
                tools = [tool.name for tool in (await client.list_tools()).tools]
                assert "list_cards" in tools and "issue_card" not in tools, tools
                assert len(owner.links) == 1
                card = await spend(client, owner)
                await refresh(client, storage, auth, card)
                token = storage.tokens.access_token
                assert await status("/v1/cards", token) == 200
                ask(ask="revoke")
                assert await status("/v1/cards", token) == 401
    done(card=card, registrations=storage.registrations, consents=len(owner.links))


anyio.run(main)
