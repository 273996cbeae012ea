"""Synthetic people in Dutch shapes: seeded, made one by one, each name, street and place a canary of its own."""

import base64
import random
import unicodedata
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
CONSONANTS, VOWELS = "bdfghjklmnprstvw", "aeio"
SURNAME_ENDS = ("sma", "stra", "inga", "dijk", "berg", "huis", "veld", "éman")
STREET_ENDS = ("straat", "laan", "weg", "plein", "kade", "dreef", "gracht", "hof")
PLACE_ENDS = ("dam", "dorp", "wijk", "recht", "hoven", "burg", "zijl", "meer")
LETTERS = "GHJKLMNPRTVWXZ"
IDENTIFYING = ("bsn", "surname", "first_names", "call_name", "partner_surname", "birth_date", "iban")


def days(year, month=1, day=1):
    """A calendar date as days since 1970-01-01."""
    return (date(year, month, day) - EPOCH).days


def word(tag, number):
    """A word of ten letters that no other (tag, number) gives, for tags 0..15 and numbers below 2**26."""
    value = (tag << 26 | number) * 0x2545F491 % (1 << 30)
    out = []
    for _ in range(5):
        value, bits = divmod(value, 64)
        out.append(CONSONANTS[bits >> 2] + VOWELS[bits & 3])
    return "".join(out).capitalize()


def has_11(digits):
    return digits != "000000000" and sum(w * int(d) for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits)) % 11 == 0


def bsn(number):
    """The number-th of some five million citizen numbers that begin with 9, all passing the 11-test."""
    block = number * 2
    while True:
        first = f"9{block:07d}"
        check = sum(w * int(d) for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2), first)) % 11
        if check < 10:
            return first + str(check)
        block += 1


def iban(number):
    """A Dutch account number that passes modulo 97."""
    account = f"KLUI{number:010d}"
    digits = "".join(str(int(c, 36)) for c in account + "NL00")
    return f"NL{98 - int(digits) % 97:02d}{account}"


def iban_holds(text):
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def address(number, kind="HOME"):
    tag = {"HOME": 4, "POSTAL": 6, "NURSING": 8}[kind]
    pair = LETTERS[number % 14] + LETTERS[number // 14 % 14]
    return {"kind": kind, "country": "NL", "postcode": f"{1000 + number * 37 % 9000}{pair}",
            "city": word(tag, number) + PLACE_ENDS[number % 8], "street": word(tag + 1, number) + STREET_ENDS[number % 8],
            "house_number": number % 399 + 1, "house_number_addition": None if number % 3 else "A", "lines": [],
            "care_of": "Stichting " + word(10, number) if kind == "NURSING" else None}


def contacts(number, kinds=("PHONE_HOME", "MOBILE_PRIVATE", "EMAIL_PRIVATE", "EMAIL_WORK")):
    made = {"PHONE_HOME": f"020-7{number % 1000000:06d}", "PHONE_WORK": f"010-8{number % 1000000:06d}",
            "MOBILE_PRIVATE": f"06-4{number % 10000000:07d}", "MOBILE_WORK": f"06-5{number % 10000000:07d}",
            "EMAIL_PRIVATE": f"{word(11, number).lower()}@prive.example", "EMAIL_WORK": f"{word(12, number).lower()}@werk.example"}
    return [{"kind": kind, "value": made[kind]} for kind in kinds]


def birth_date(rng):
    """A birth date as YYYYMMDD in 1945..1999, where no other date of the tests lies."""
    return (date(1945, 1, 2) + timedelta(days=rng.randrange(365 * 54))).strftime("%Y%m%d")


def identity(number, rng=None, full=False):
    """The identity fields of person `number`: EmployeeEvent's, from bsn on. full: every field has a value."""
    rng = rng or random.Random(number)
    partner = full or rng.random() < 0.4
    kinds = ["HOME"] + (["POSTAL"] if full or rng.random() < 0.1 else []) + (["NURSING"] if full else [])
    every = ("PHONE_HOME", "PHONE_WORK", "MOBILE_PRIVATE", "MOBILE_WORK", "EMAIL_PRIVATE", "EMAIL_WORK")
    return {
        "bsn": bsn(number) if full or rng.random() < 0.95 else None,
        "surname": word(0, number) + SURNAME_ENDS[number % 8], "prefix": "van der" if full else rng.choice((None, "van", "de", None)),
        "initials": "A.B.", "first_names": word(1, number) + " " + word(2, number),
        "call_name": word(3, number), "partner_surname": word(13, number) + SURNAME_ENDS[number % 7] if partner else None,
        "partner_prefix": "ten" if full else None, "name_use": "PARTNER_OWN" if partner else "OWN",
        "title_before": "drs." if full else None, "title_after": "MSc" if full else None,
        "gender": rng.choice(("MALE", "FEMALE", "UNSPECIFIED")), "birth_date": birth_date(rng), "death_date": None,
        "addresses": [address(number, kind) for kind in kinds],
        "contacts": contacts(number, every) if full else contacts(number), "iban": iban(number),
        "no_risk": True if full else None, "no_risk_until": days(2031, 5, 6) if full else None,
        "sfb": True if full else None, "sfb_until": days(2032, 7, 8) if full else None}


def tokens(person):
    """Every text that identifies this person by itself: {kind: [text, …]} of an identity as above."""
    found = {field: [person[field]] for field in IDENTIFYING if person[field]}
    found["first_names"] = person["first_names"].split()
    for place in person["addresses"]:
        for field in ("postcode", "city", "street"):
            found.setdefault(field, []).append(place[field])
        if place["care_of"]:
            found.setdefault("care_of", []).append(place["care_of"].split()[-1])
    found["contact"] = [contact["value"] for contact in person["contacts"]]
    return found


def _base64_forms(raw):
    """What of raw is the same in base64 whatever stands before and after it, at each of the three alignments."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + raw)
        first, last = (0, 2, 3)[shift], len(shift * b"0" + raw) * 8 // 6
        if last - first >= 8:
            yield text[first:last]
            yield text[first:last].translate(bytes.maketrans(b"+/", b"-_"))


def forms(kind, text):
    """The bytes by which a token could have leaked: (set of bytes that may stand anywhere, set that stand alone as digits)."""
    texts = {text, text.lower(), text.upper()}
    texts |= {"".join(c for c in unicodedata.normalize("NFD", t) if not unicodedata.combining(c)) for t in set(texts)}
    alone = set()
    if kind == "birth_date":
        y, m, d = text[:4], text[4:6], text[6:]
        alone = {text, f"{d}{m}{y}"}
        texts = {f"{y}-{m}-{d}", f"{d}-{m}-{y}", f"{d}/{m}/{y}", f"{d}.{m}.{y}"}
    elif kind == "postcode":
        texts = {text, f"{text[:4]} {text[4:]}", text.lower(), f"{text[:4]} {text[4:].lower()}"}
    elif kind == "bsn":
        alone, texts = {text}, {f"{text[:3]}.{text[3:6]}.{text[6:]}", f"{text[:4]}.{text[4:6]}.{text[6:]}"}
    elif kind == "iban":
        texts |= {" ".join(text[i:i + 4] for i in range(0, len(text), 4)), text[4:]}
    elif kind == "contact" and "@" not in text:
        digits = text.replace("-", "")
        alone, texts = {digits, "31" + digits[1:], digits[1:]}, {text}
    anywhere = {t.encode() for t in texts}
    for raw in [t.encode() for t in texts | alone]:
        if len(raw) >= 8:
            anywhere |= {raw.hex().encode(), raw.hex().upper().encode(), *_base64_forms(raw)}
            anywhere |= {raw.decode().encode("utf-16-le")}
    return anywhere, {a.encode() for a in alone}
