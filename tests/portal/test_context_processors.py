"""What every page may say without asking for it."""

from portal.context_processors import authority


def test_authority_is_in_every_context(rf, settings):
    settings.AUTHORITY = {"name": "Ủy ban nhân dân huyện khác"}
    assert authority(rf.get("/")) == {"AUTHORITY": {"name": "Ủy ban nhân dân huyện khác"}}


def test_authority_of_another_name_needs_no_other_template(client, settings, db):
    settings.AUTHORITY = {
        **settings.AUTHORITY,
        "name": "Ủy ban nhân dân huyện Minh Long",
        "phone": "0255-1",
    }
    html = client.get("/").content.decode()
    assert "Ủy ban nhân dân huyện Minh Long" in html
    assert "0255-1" in html
