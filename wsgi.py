"""What gunicorn serves: `gunicorn wsgi:app`."""

from roster.app import create_app

app = create_app()
