from tests.portal.web.server import web, web_process  # noqa: F401 - fixtures
