"""An OAuth client made with Authlib, without anything of MCP: from the metadata to a revoked token.
Its one argument is the server."""

import os
import sys
from urllib.parse import urlencode

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from dialogue import authorize, done

# The server runs on this machine, and Authlib knows no exception for that.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

BASE = sys.argv[1]
REDIRECT = "http://127.0.0.1:3120/callback"
SCOPE = "account:read card:read"
SECONDS = 30


def fetched(response, status):
    assert response.status_code == status, (response.status_code, response.text)
    return response.json()


def discover():
    document = requests.get(f"{BASE}/.well-known/oauth-authorization-server", timeout=SECONDS)
    metadata = AuthorizationServerMetadata(fetched(document, 200))
    metadata.validate()
    assert metadata["issuer"] == BASE, metadata
    return metadata


def register(metadata):
    wish = {
        "client_name": "Authlib client",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    made = requests.post(metadata["registration_endpoint"], json=wish, timeout=SECONDS)
    return fetched(made, 201)["client_id"]


def consent(session, metadata):
    verifier = generate_token(48)
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier
    )
    where, answer = authorize(url)
    assert (where, answer["iss"]) == (REDIRECT, BASE), (where, answer)
    return session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=f"{where}?{urlencode(answer)}",
        code_verifier=verifier,
        state=state,
        timeout=SECONDS,
    )


def account(session):
    return fetched(session.get(f"{BASE}/v1/accounts/me", timeout=SECONDS), 200)["id"]


def main():
    metadata = discover()
    session = OAuth2Session(
        register(metadata),
        redirect_uri=REDIRECT,
        scope=SCOPE,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
        revocation_endpoint_auth_method="none",
    )
    first = dict(consent(session, metadata))
    assert sorted(first["scope"].split()) == SCOPE.split(), first
    seen = account(session)
    second = session.refresh_token(metadata["token_endpoint"], timeout=SECONDS)
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert account(session) == seen
    revoked = session.revoke_token(
        metadata["revocation_endpoint"],
        second["refresh_token"],
        token_type_hint="refresh_token",
        timeout=SECONDS,
    )
    assert revoked.status_code == 200, revoked.text
    refused = session.get(f"{BASE}/v1/accounts/me", timeout=SECONDS)
    assert refused.status_code == 401, refused.text
    done(account=seen)


main()
