"""The server side of HTTP: webhooks now, pages next. Never SQL, never a vendor's client."""
