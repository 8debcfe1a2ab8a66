"""Bodies that are not good JSON, or more of it than anybody needs."""

import json
from time import perf_counter
from typing import Any

import pytest

from tests.api import Api, demand_problem

pytestmark = pytest.mark.usefixtures("untouched")

MALFORMED: dict[str, bytes] = {
    "truncated object": b'{"user_name": "eve"',
    "truncated text": b'{"user_name": "eve',
    "truncated escape": b'{"user_name": "eve\\',
    "truncated unicode escape": b'{"user_name": "\\u00',
    "trailing comma": b'{"user_name": "eve",}',
    "two values": b'{"user_name": "eve"} {"user_name": "eve"}',
    "single quotes": b"{'user_name': 'eve'}",
    "a comment": b'{"user_name": "eve"} // yes',
    "no quotes": b"{user_name: eve}",
    "a word": b"undefined",
    "a raw line break in a text": b'{"user_name": "e\nve"}',
    "a raw NUL in a text": b'{"user_name": "e\x00ve"}',
    "a raw NUL after it": b'{"user_name": "eve"}\x00',
    "a leading zero": b'{"user_name": "eve", "attributes": {"n": 01}}',
    "hexadecimal": b'{"user_name": "eve", "attributes": {"n": 0x1}}',
    "NaN": b'{"user_name": "eve", "attributes": {"n": NaN}}',
    "Infinity": b'{"user_name": "eve", "attributes": {"n": Infinity}}',
    "-Infinity": b'{"user_name": "eve", "attributes": {"n": -Infinity}}',
    "one NaN": b"NaN",
    "a member twice": b'{"user_name": "eve", "user_name": "mallory"}',
    "an inner member twice": b'{"user_name": "eve", "attributes": {"a": 1, "\\u0061": 2}}',
    "half a surrogate pair twice": b'{"\\ud800": 1, "\\ud800": 2}',
    "a long member twice": b'{"%s": 1, "%s": 2}' % (b"a" * 10**5, b"a" * 10**5),
    "31 levels": b"[" * 31 + b"]" * 31,
    "31 levels of objects": b'{"a":' * 31 + b"1" + b"}" * 31,
    "31 levels behind a text with brackets": b'{"a": "]]]]\\"", "b": ' + b"[" * 31 + b"]" * 31 + b"}",
    "100,000 brackets": b"[" * 100_000,
    "100,000 closing brackets": b"]" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "a number of 100,000 digits": b'{"user_name": "eve", "attributes": {"n": %s}}' % (b"9" * 100_000),
    "not UTF-8": b'{"user_name": "\xff\xfe"}',
    "Latin-1": '{"user_name": "é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"user_name": "\xc0\x80"}',
    "a surrogate in UTF-8": b'{"user_name": "\xed\xa0\x80"}',
    "UTF-16": '{"user_name": "eve"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"user_name": "eve"}'.encode("utf-16-le"),
    "UTF-32": '{"user_name": "eve"}'.encode("utf-32"),
    "a byte order mark": b'\xef\xbb\xbf{"user_name": "eve"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
}
NOT_AN_OBJECT = [b"null", b"true", b"0", b"1.5", b'"user_name"', b"[]", b'[{"user_name": "eve"}]', b'["user_name"]']


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_is_400_wherever_a_body_is_read(api: Api, user: dict[str, Any], body: bytes) -> None:
    for method, path in [("POST", ""), ("PATCH", user["id"]), ("POST", f"{user['id']}/restore")]:
        problem = demand_problem(
            api.send(method, path, data=body, content_type="application/json"), 400, "malformed_request"
        )

        assert problem["detail"].startswith("The body is not good JSON: ")
        assert len(problem["detail"]) < 300


@pytest.mark.parametrize("body", NOT_AN_OBJECT)
def test_a_body_that_is_no_object_is_422(api: Api, user: dict[str, Any], body: bytes) -> None:
    for method, path in [("POST", ""), ("PATCH", user["id"]), ("POST", f"{user['id']}/restore")]:
        response = api.send(method, path, data=body, content_type="application/json")

        demand_problem(response, 422, "invalid_input", "")


@pytest.mark.parametrize("body", [b"", b" ", b"\n\t ", b"{}"])
def test_an_empty_body_is_an_empty_object(api: Api, body: bytes) -> None:
    demand_problem(api.post(data=body, content_type="application/json"), 422, "invalid_input", "user_name")


FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data"]


@pytest.mark.parametrize("content_type", [*FORMS, "text/plain", "", "text/json", "json", "\x00", "application/json+x"])
def test_another_content_type_is_415(api: Api, content_type: str) -> None:
    response = api.post(data=b'{"user_name": "eve"}', environ_overrides={"CONTENT_TYPE": content_type})

    demand_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-16", "application/json; charset=nonsense"])
def test_json_is_utf_8_whatever_is_said(api: Api, content_type: str) -> None:
    response = api.post(data='{"user_name": "é"}'.encode("utf-16"), content_type=content_type)

    demand_problem(response, 400, "malformed_request")


def test_thirty_levels_are_read(api: Api) -> None:
    body = b'{"a":' * 30 + b"1" + b"}" * 30

    demand_problem(api.post(data=body, content_type="application/json"), 422, "invalid_input", "a", "user_name")


@pytest.mark.parametrize("size", [1_048_577, 3_000_000])
def test_a_body_that_is_too_large_is_413(api: Api, user: dict[str, Any], size: int) -> None:
    body = json.dumps({"user_name": "e" * size}).encode()

    for method, path in [("POST", ""), ("PATCH", user["id"]), ("POST", f"{user['id']}/restore")]:
        demand_problem(api.send(method, path, data=body, content_type="application/json"), 413, "body_too_large")


def test_a_body_that_is_too_large_and_does_not_say_so_is_413(api: Api) -> None:
    chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}

    response = api.post(data=b"[" * 2_000_000, content_type="application/json", environ_overrides=chunked)

    demand_problem(response, 413, "body_too_large")


@pytest.mark.alone
@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 500_000,
        b'"\\' * 500_000,
        b"{" + b",".join(b'"%d":1' % number for number in range(90_000)) + b',"89999":1}',
        b'{"user_name": "' + "\u0301".encode() * 500_000 + b'"}',
        b'{"user_name": "eve", "emails": [' + b",".join([b'{"value":1}'] * 80_000) + b"]}",
    ],
    ids=["escaped quotes", "quotes and escapes", "many members", "accents", "many addresses"],
)
def test_a_megabyte_of_anything_is_refused_in_time(api: Api, body: bytes) -> None:
    began_at = perf_counter()

    response = api.post(data=body, content_type="application/json")

    assert response.status_code in {400, 422}
    assert perf_counter() - began_at < 3
