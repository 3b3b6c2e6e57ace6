"""An agent made with FastMCP: its client does the whole of OAuth by itself, but for what opens a
browser. Its one argument is the MCP server."""

import sys

import anyio
from dialogue import authorize, done
from fastmcp import Client
from fastmcp.client.auth import OAuth
from mcp.shared.auth import AuthorizationCodeResult

SECONDS = 60


class Consent(OAuth):
    """Sends its user to the test, and hears the answer there."""

    links = ()

    async def redirect_handler(self, authorization_url):
        self.links = (*self.links, authorization_url)

    async def callback_handler(self):
        where, answer = authorize(self.links[-1])
        assert where == f"http://localhost:{self.redirect_port}/callback", where
        return AuthorizationCodeResult(**answer)


async def main():
    oauth = Consent(client_name="FastMCP agent")
    with anyio.fail_after(SECONDS):
        async with Client(sys.argv[1], auth=oauth) as client:
            tools = [tool.name for tool in await client.list_tools()]
            assert "get_account" in tools and "issue_card" not in tools, tools
            result = await client.call_tool("get_account", {})
            account = result.structured_content["id"]
    done(account=account, consents=len(oauth.links))


anyio.run(main)
