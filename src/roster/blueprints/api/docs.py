"""The description of the API as a page."""

from flask import Flask, render_template

from roster.blueprints.api.described import DescribedApi


def register(app: Flask, api: DescribedApi) -> None:
    """Serve the page. It is made of the same description that programs read."""

    def page() -> str:
        return render_template("docs.html", spec=api.spec.to_dict())

    app.add_url_rule("/api/docs", endpoint="api_docs", view_func=page)
