"""What is shown once, on the page to arrive at after a form: a reload sends nothing again, and shows nothing again.

It waits in the session's cookie. That is signed, but anybody can read it, so the secret stands in it sealed.
"""

import base64
from typing import Any

import orjson
from flask import current_app, flash, redirect, render_template, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster.models import secret

KEY = "shown_once"


def keep(kind: str, **values: Any) -> None:
    """Keep what the next page of this kind shows; what another one should have shown is forgotten."""
    sealed = secret.seal(orjson.dumps(values), _secret())
    session[KEY] = [kind, base64.b64encode(sealed).decode()]


def show(kind: str, template: str, otherwise: str) -> ResponseReturnValue:
    """Show what was kept for a page of this kind, and forget it; where there is nothing (left), say so `otherwise`."""
    if session.get(KEY, [""])[0] == kind:
        sealed = session.pop(KEY)[1]
        return render_template(template, **orjson.loads(secret.unseal(base64.b64decode(sealed), _secret())))
    flash(_("What you look for was shown once, and can't be shown again."), "warning")
    return redirect(otherwise, 303)


def _secret() -> str:
    return f"{KEY}:{current_app.config['SECRET_KEY']}"
