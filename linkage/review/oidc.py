"""Sign-in by an OpenID Connect provider: authorisation code with PKCE, by Authlib; the ID token is checked by joserfc.

The provider says who somebody is; what they may do here is what an administrator gave that name.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

OPEN_FOR = 600  # seconds in which a sign-in must be finished
ALGORITHMS = ["RS256", "PS256", "ES256"]


class SignInRefused(Exception):
    """A sign-in that did not hold. `code` is for the audit log; the text for the person."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class Provider:
    """One provider, as its discovery document describes it."""

    def __init__(self, issuer: str, client_id: str, secret: str, return_to: str, name_claim: str) -> None:
        self.issuer, self.client_id, self.secret = issuer.rstrip("/"), client_id, secret
        self.return_to, self.name_claim = return_to, name_claim
        self._begun: dict[str, tuple[str, str, float]] = {}

    def begin(self) -> tuple[str, str]:
        """The provider's address to send the browser to, and the state that must come back with it."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with self._client() as client:
            address, state = client.create_authorization_url(
                self._described()["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        moment = time.monotonic()
        self._begun = {s: told for s, told in self._begun.items() if told[2] > moment - OPEN_FOR}
        self._begun[state] = (verifier, nonce, moment)
        return str(address), str(state)

    def finish(self, query: str, state: str) -> str:
        """The user name that the provider vouches for. Raises SignInRefused."""
        begun = self._begun.pop(state, None)
        if begun is None or begun[2] < time.monotonic() - OPEN_FOR:
            raise SignInRefused("state", "the sign-in was not begun here or took too long")
        verifier, nonce, _ = begun
        described = self._described()
        try:
            with self._client() as client:
                token = client.fetch_token(
                    described["token_endpoint"],
                    authorization_response=f"{self.return_to}?{query}",
                    state=state,
                    code_verifier=verifier,
                )
            claims = self._checked(str(token["id_token"]), nonce, described["jwks_uri"])
        except (AuthlibBaseError, JoseError, KeyError, ValueError, requests.RequestException) as error:
            raise SignInRefused(type(error).__name__, "the provider's answer did not hold") from None
        if self.name_claim == "email" and claims.get("email_verified") is False:
            raise SignInRefused("email_not_verified", "the provider has not verified your e-mail address")
        return str(claims.get(self.name_claim, ""))

    def _client(self) -> Any:
        return OAuth2Session(
            self.client_id,
            self.secret,
            scope="openid email profile",
            redirect_uri=self.return_to,
            code_challenge_method="S256",
            default_timeout=10,
        )

    def _described(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=10).json()
        except (requests.RequestException, ValueError):
            raise SignInRefused("provider_silent", "the sign-in provider does not answer") from None
        if str(told.get("issuer", "")).rstrip("/") != self.issuer:
            raise SignInRefused("issuer", "the sign-in provider is not the one that was set up")
        return told

    def _checked(self, id_token: str, nonce: str, keys_at: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(requests.get(keys_at, timeout=10).json())
        token = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "values": [self.issuer, self.issuer + "/"]},
            aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
        )
        rules.validate(token.claims)
        return dict(token.claims)
