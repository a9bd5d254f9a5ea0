"""What the fuzz sends: methods, names, values, bodies and heads."""

from tests.bad_values import SCRIPT, TYPED

# How often each method of an address is tried by each person.
METHODS = {
    "GET": 4,
    "POST": 4,
    "HEAD": 1,
    "PUT": 1,
    "PATCH": 1,
    "DELETE": 1,
    "OPTIONS": 1,
    "FOO": 1,
}
VALUES = [
    *TYPED,
    "",
    " ",
    "0",
    "1",
    "20",
    "-1.2.3",
    "a.b",
    "[]",
    "{}",
    "null",
    "None",
    "true",
    "\ud800",
    "\udcff",
    "%",
    "%zz",
    ",",
    ",,\x01,",
    "1,2,9999999999999999999999",
    "2147483648",
    "9223372036854775808",
    "-9223372036854775809",
    "1_000",
    "２",
    "0x10",
    "nan",
    "infinity",
    "2026-13-45",
    "2026",
    "10000",
    "0000",
    "13",
    "2026-02-30",
    "0000-01-01",
    "9999-12-31T23:59:59+14:00",
    "10000-01-01",
    "99:99:99",
    "__",
    "owner__password",
    "id",
    "pk",
    "password",
    "../../etc/passwd",
    "(((((",
    "[a-",
    "\\",
    "a" * 300,
    "\u202e\u200b\ufeff",
    "delete_selected",
]
_ADMIN_NAMES = (
    "_popup _to_field _changelist_filters _facets _saveasnew _continue _addanother _save o p "
    "e q all pop action index select_across _selected_action term app_label model_name "
    "field_name next format page trang lang csrfmiddlewaretoken post"
)
ADMIN_NAMES = _ADMIN_NAMES.split()
# What Django's admin reads of a query, each with the values that come nearest to good ones.
ADMIN_VALUES = {
    "_to_field": ["", "id", "pk", "password", "groups", "username", "slug", "__", "x\ud800"],
    "_popup": ["", "1"],
    "_changelist_filters": ["", "%", "p=1&e=2", "\ud800", "[]"],
    "_facets": ["", "True"],
    "o": ["", "-", "1.-2", "99", "-99.1", ".", "-1.-1.x", "9" * 30],
    "p": ["", "0", "1", "2", "20", "-1", "last", "9" * 30],
    "e": ["", "1", "20"],
    "all": ["", "1"],
    "q": ["[]", '"', "'", "\\", "%", '"a', "\ud800", "a" * 3000, " a " * 500],
    "action": ["", "delete_selected", "x"],
    "_selected_action": ["", "0", "-1", "x", "9" * 30, "1,2"],
    "index": ["0", "", "-1", "x", "9" * 30],
    "select_across": ["1", "0", "x"],
    "app_label": ["", "portal", "dossiers", "auth", "x"],
    "model_name": ["", "user", "dossier", "group", "x"],
    "field_name": ["", "id", "owner", "groups", "service", "x", "__"],
    "term": ["", "a", "%", "\ud800"],
    "form-TOTAL_FORMS": ["", "-1", "x", "9" * 30, "1001"],
}
_LOOKUPS = (
    "exact iexact in gte lt range isnull contains regex year month day week date time isoyear "
    "startswith pk id owner__password user__email exact__exact"
)
LOOKUPS = _LOOKUPS.split()
CONTENT_TYPES = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=\xff",
    "application/json",
    "text/plain; charset=utf-7",
    "application/x-www-form-urlencoded; charset=hex",
    "x; a*=bogus''%41",
    "",
]
BODIES = [
    b"",
    b"{",
    b'{"a": [1, {"b": "\\ud800"}]}',
    b"[" * 5000,
    b"\x00\xff\xfe" * 40,
    b"a=%ED%A0%80&b=%00&%FF=%FF",
    b"&" * 500 + b"=;;=",
    b'--x\r\nContent-Disposition: form-data; name="a"; filename="\x00.pdf"\r\n\r\nz\r\n--x--\r\n',
    b"--x\r\nContent-Disposition: form-data; name*=bogus''%41\r\n\r\nz\r\n--x--\r\n",
    b"--x\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: form-data; name=a\r\n\r\n&\r\n",
    b"--x\r\n",
]
HEADERS = {
    "HTTP_HOST": ["evil.example", "[", "testserver:99999999", "\xff", "testserver@evil", ""],
    "HTTP_COOKIE": [
        "sessionid=" + "\xff" * 40,
        "sessionid=../../x; csrftoken=" + "z" * 500,
        'messages="\\000"; sessionid=""',
        'messages=[["__json_message",0,25,"x"]]',
        "django_language=" + "x" * 5000,
        "=;;=; \xed\xa0\x80",
    ],
    "HTTP_ACCEPT_LANGUAGE": ["\xff", "x-" * 3000, "en", "vi;q=abc"],
    "HTTP_ACCEPT": ["application/json", "*/*;q=x", "\xff"],
    "HTTP_ACCEPT_ENCODING": ["gzip", "br;q=\xff", "identity;q=0"],
    "HTTP_X_FORWARDED_FOR": ["\xff, ", "1.2.3.4" + ", 9" * 500, "::ffff:1.2.3.4%eth0", "' OR 1=1"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_RANGE": ["bytes=abc", "bytes=9-1", "bytes=0-0,1-1", "x" * 5000],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Sat, 99 Foo 99999 99:99:99 GMT"],
    "HTTP_IF_NONE_MATCH": ["*", '"' * 500],
    "HTTP_ORIGIN": ["http://[", "null"],
    "HTTP_REFERER": ["http://[", "//evil.example/", "\xff"],
    "HTTP_USER_AGENT": ["\xff" * 300, SCRIPT, ""],
    "CONTENT_LENGTH": ["abc", "-5", ""],
    "REMOTE_ADDR": ["", "not an address"],
}
