"""Check digits: what tells a card's or a person's number from any other digits. Each takes the digits and letters of a
candidate without separators, letters in capitals.
"""

from ipaddress import ip_address
from itertools import cycle
from typing import Final

_DNI_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_VALUES: Final = {letter: index for index, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_CODICE_ODD: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
            1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
        ),
        strict=True,
    )
)  # fmt: skip
_CORSICA: Final = {"2A": "19", "2B": "18"}


def luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for index, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card(text: str) -> bool:
    """A payment card: an issuer's first digits, a length that it uses, and Luhn."""
    first2, first3, first4, length = int(text[:2]), int(text[:3]), int(text[:4]), len(text)
    is_issued = (
        (text[0] == "4" and length in (13, 16, 19))  # Visa
        or (length == 16 and (51 <= first2 <= 55 or 2221 <= first4 <= 2720))  # Mastercard
        or (length == 15 and first2 in (34, 37))  # American Express
        or (16 <= length <= 19 and (first4 == 6011 or first2 == 65 or 644 <= first3 <= 649))  # Discover
        or (14 <= length <= 19 and (first2 in (36, 38, 39) or 300 <= first3 <= 305))  # Diners Club
        or (16 <= length <= 19 and 3528 <= first4 <= 3589)  # JCB
        or (16 <= length <= 19 and first2 == 62)  # UnionPay
    )
    return is_issued and luhn(text)


def iban(text: str) -> bool:
    """ISO 13616-1, by ISO 7064's MOD 97-10."""
    return int("".join(str(_VALUES[letter]) for letter in text[4:] + text[:4])) % 97 == 1


def dea(text: str) -> bool:
    """A registration with the Drug Enforcement Administration."""
    digits = [int(digit) for digit in text[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def npi(text: str) -> bool:
    """A National Provider Identifier: Luhn, with the prefix of health applications in the United States."""
    return luhn("80840" + text)


def nhs(text: str) -> bool:
    """An NHS number: modulus 11, weights from 10 to 2."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=False)) % 11
    return check != 10 and check % 11 == int(text[9])


def dni(text: str) -> bool:
    """A Spanish DNI or NIE: the letter is that of the number modulo 23, with X, Y, Z as 0, 1, 2."""
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(number) % 23] == text[-1]


def social_security_es(text: str) -> bool:
    """A Spanish social security number: the last two digits are the others modulo 97."""
    province, number, check = text[:2], text[2:-2], text[-2:]
    whole = int(province) * 10_000_000 + int(number) if int(number) < 10_000_000 else int(province + number)
    return whole % 97 == int(check)


def insee(text: str) -> bool:
    """A French social security number: 97 less the number modulo 97; Corsica's letters stand for 19 and 18."""
    number = text[:5] + _CORSICA.get(text[5:7], text[5:7]) + text[7:]
    return number.isdigit() and 97 - int(number[:13]) % 97 == int(number[13:])


def codice_fiscale(text: str) -> bool:
    """An Italian tax code: the last letter is a sum over odd and even places (decree of 23 December 1976)."""
    odd = sum(_CODICE_ODD[letter] for letter in text[0:15:2])
    even = sum(int(letter) if letter.isdigit() else ord(letter) - ord("A") for letter in text[1:15:2])
    return (odd + even) % 26 == ord(text[15]) - ord("A")


def identity_card_de(text: str) -> bool:
    """A German identity card or passport: weights 7, 3, 1 over digits and letters (ICAO 9303)."""
    total = sum(_VALUES[letter] * weight for letter, weight in zip(text[:-1], cycle((7, 3, 1)), strict=False))
    return total % 10 == int(text[-1])


def tax_id_de(text: str) -> bool:
    """A German tax identification number: ISO 7064, MOD 11,10."""
    product = 10
    for digit in text[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(text[-1])


def cpf(text: str) -> bool:
    """A Brazilian person's number: two check digits modulo 11. Eleven times the same digit is nobody's."""
    return len(set(text)) > 1 and all(
        _modulo_11(text[:length], range(length + 1, 1, -1)) == int(text[length]) for length in (9, 10)
    )


def cnpj(text: str) -> bool:
    """A Brazilian company's number: two check digits modulo 11, weights from 2 to 9 from the right."""
    return len(set(text)) > 1 and all(
        _modulo_11(text[:length], [2 + place % 8 for place in reversed(range(length))]) == int(text[length])
        for length in (12, 13)
    )


def _modulo_11(text: str, weights: "range | list[int]") -> int:
    rest = sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def address(text: str) -> bool:
    """An IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def mixed(text: str) -> bool:
    """Letters and digits, not one kind only."""
    return not text.isalpha() and not text.isdigit()
