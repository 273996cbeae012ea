"""The synthetic people have the shapes and the uniqueness that the other tests lean on; needs no stack."""

import base64
import random

import people


def test_the_oracles_of_the_11_test_hold():
    good = "111222333 123456782 249566758 999990019 999990020 999990032 999993653 999999990 000000012 000000024"
    assert all(people.has_11(text) for text in good.split())
    assert not any(people.has_11(text) for text in "123456789 999999999 000000000".split())


def test_every_bsn_and_iban_is_valid_and_nobody_elses():
    numbers = [people.bsn(n) for n in range(0, 60000, 3)]
    assert all(people.has_11(n) and n[0] == "9" for n in numbers) and len(set(numbers)) == len(numbers)
    assert people.iban_holds("NL91ABNA0417164300") and not people.iban_holds("NL91ABNA0417164301")
    assert all(people.iban_holds(people.iban(n)) for n in range(500))


def test_names_streets_and_places_are_canaries():
    seen = set()
    for number in range(20000):
        person = people.identity(number, full=number % 100 == 0)
        for kind, texts in people.tokens(person).items():
            for text in texts:
                if kind in ("surname", "first_names", "call_name", "partner_surname", "street", "city", "care_of"):
                    assert len(text.encode()) >= 8 and text.lower() not in seen
                    seen.add(text.lower())
        assert "19450101" < person["birth_date"] < "20000101"


def test_the_same_seed_makes_the_same_person():
    assert people.identity(7, random.Random(3)) == people.identity(7, random.Random(3))


def test_a_base64_form_is_found_at_every_alignment():
    anywhere, _ = people.forms("surname", "Kalomirubesma")
    for before in range(6):
        text = base64.b64encode(bytes(before) + b"Kalomirubesma" + b"tail")
        assert any(form in text for form in anywhere)
