"""Managed data identifiers: what sensitive data looks like.

Those whose data has a form are here; those that take a model of language to find (Name, Address) aren't. Where a form
alone says little (nine digits), one of the identifier's keywords must stand within 30 characters of it; where a number
has check digits, they must be right.

Each expression is of bounded length from any place on, and has no repetition in a repetition: the time to search a text
is in proportion to its length, whatever stands in it.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-managed-data-identifiers.html; the forms
are those of the authorities that give the numbers out.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from weirmq.services.sns import checksums

ARN: Final = "arn:aws:dataprotection::aws:data-identifier/"
NEAR: Final = 30  # characters: "keywords ... within 30 characters"

_NOT_IN_NUMBER: Final = re.compile(r"[^0-9A-Za-z]")


class Form(NamedTuple):
    """One way in which data is written. Without `keywords`, it is found wherever it stands.

    Its expression is compiled when it is first looked for: all of them together take 10 MB, and few are ever used.
    """

    expression: str
    flags: re.RegexFlag = re.NOFLAG
    keywords: tuple[str, ...] = ()
    check: Callable[[str], bool] | None = None
    is_bare: bool = True  # the check is of letters and digits alone

    def find(self, text: str, words: "Words") -> Iterator[tuple[int, int]]:
        """Where data of this form is."""
        starts, ends = words.of(self.keywords) if self.keywords else ((), ())
        if self.keywords and not starts:
            return
        for match in _compiled(self.expression, self.flags).finditer(text):
            start, end = match.span()
            is_named = not starts or _is_near(starts, ends, start, end)
            if is_named and (self.check is None or self.check(self._bared(match[0]))):
                yield start, end

    def _bared(self, text: str) -> str:
        return _NOT_IN_NUMBER.sub("", text).upper() if self.is_bare else text


@cache
def _compiled(expression: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(expression, flags)


class Words:
    """Where keywords stand in one text, looked for once for all forms that have the same."""

    def __init__(self, text: str) -> None:
        lower = text.lower()
        if len(lower) != len(text):  # a few letters grow in lower case; keywords have none of them
            lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
        self._lower = lower
        self._found: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}

    def of(self, keywords: tuple[str, ...]) -> tuple[list[int], list[int]]:
        """Where any of them start, and where they end, both in order."""
        found = self._found.get(keywords)
        if found is None:
            starts = [(start, len(keyword)) for keyword in keywords for start in self._starts(keyword)]
            found = sorted(start for start, _ in starts), sorted(start + length for start, length in starts)
            self._found[keywords] = found
        return found

    def _starts(self, keyword: str) -> Iterator[int]:
        """A word is no keyword within another word: `tin` isn't in `setting`. Digits may follow: `ssn123456789`."""
        lower, length = self._lower, len(keyword)
        start = lower.find(keyword)
        while start >= 0:
            before, after = lower[start - 1 : start] if start else "", lower[start + length : start + length + 1]
            is_within = (keyword[0].isalnum() and before.isalnum()) or (keyword[-1].isalnum() and after.isalpha())
            if not is_within:
                yield start
            start = lower.find(keyword, start + length)


def _is_near(starts: Sequence[int], ends: Sequence[int], start: int, end: int) -> bool:
    """Whether a keyword ends, or starts, close enough to what stands from `start` to `end`."""
    before, after = bisect_right(ends, start), bisect_left(starts, end)
    return (before > 0 and start - ends[before - 1] <= NEAR) or (after < len(starts) and starts[after] - end <= NEAR)


def _form(
    expression: str, keywords: str = "", check: Callable[[str], bool] | None = None, *, is_bare: bool = True
) -> Form:
    """A form that stands by itself: not within a word, nor within a longer number."""
    whole = rf"(?<!\w)(?<!\d[-.])(?:{expression})(?!\w)(?![-.]\d)"
    return Form(
        whole,
        re.ASCII | re.IGNORECASE,
        tuple(word.strip() for word in keywords.split(",") if word.strip()),
        check,
        is_bare,
    )


def _block(expression: str) -> tuple[Form, ...]:
    """A key between its first and last line."""
    return (Form(expression, re.ASCII),)


def _iban(country: str, length: int) -> tuple[Form, ...]:
    return (_form(rf"{country}\d\d(?: ?[0-9A-Z]){{{length - 4}}}", check=checksums.iban),)


def _phone(code: str, national: str, words: str) -> tuple[Form, ...]:
    """With the country's code wherever it stands; without it, near a word for it."""
    return (
        Form(rf"(?<![\w+])(?:\+|00){code}[ ./-]?(?:\(0\))?[ ./-]?(?:\(?\d\)?[ ./-]?){{7,11}}\d(?!\w)", re.ASCII),
        _form(national, f"{words}, phone, telephone, mobile, cell, contact, fax"),
    )


_LICENSE: Final = (
    "driver license, drivers license, driver's license, driving licence, driving license, driver licence, dl#, dlno,"
    " permis de conduire, führerschein, fuehrerschein, licencia de conducir, permiso de conducir, patente di guida,"
    " carta de condução, rijbewijs, ajokortti, kørekort, körkort, prawo jazdy, vodičský preukaz, řidičský průkaz,"
    " vozačka dozvola, vozniško dovoljenje, permis de conducere, vezetői engedély, vairuotojo pažymėjimas,"
    " autovadītāja apliecība, juhiluba, άδεια οδήγησης, свидетелство за управление, liċenzja tas-sewqan"
)
_LICENSES: Final = {
    "AT": r"\d{8}",
    "AU": r"\d{8,9}|\d{3} \d{3} \d{3}",
    "BE": r"\d{10}",
    "BG": r"\d{9}",
    "CA": r"[A-Z]\d{4}-?\d{5}-?\d{5}|[A-Z]{1,2}\d{5,12}|\d{5,9}",
    "CY": r"\d{12}",
    "CZ": r"[A-Z]{2} ?\d{6}",
    "DE": r"[A-Z0-9]\d{2}[A-Z0-9]{6}\d[A-Z0-9]",
    "DK": r"\d{8}",
    "EE": r"[A-Z]{2}\d{6}",
    "ES": r"\d{8}-?[A-Z]",
    "FI": r"\d{6}[-A]\d{3}[0-9A-Z]",
    "FR": r"\d{12}|\d{2}[A-Z]{2}\d{5}",
    "GB": r"[A-Z]{1,5}9{0,4}\d{6}[A-Z9]{2}\d[A-Z]{2}",
    "GR": r"\d{9}",
    "HR": r"\d{8}",
    "HU": r"[A-Z]{2}\d{6}",
    "IE": r"\d{3} ?\d{3} ?\d{3}|\d{6}[A-Z]{2}",
    "IT": r"[A-Z]{2}\d{7}[A-Z]|U1[A-Z0-9]{7}[A-Z]",
    "LT": r"\d{8}",
    "LU": r"\d{6}",
    "LV": r"[A-Z]{3}\d{6}",
    "MT": r"[A-Z]{2}-?\d{3}-?\d{3}[A-Z]?|\d{6}[A-Z]",
    "NL": r"\d{10}",
    "PL": r"\d{5}/\d{2}/\d{4}",
    "PT": r"[A-Z]{1,2}-?\d{5,6} ?\d?",
    "RO": r"[A-Z]\d{8}[A-Z]",
    "SE": r"\d{6}-?\d{4}",
    "SI": r"\d{9}",
    "SK": r"[A-Z]\d{7}",
    "US": r"[A-Z]{1,2}\d{5,12}|\d{7,12}|[A-Z]\d{3}-\d{4}-\d{4}|[A-Z]\d{3}-\d{3}-\d{2}-\d{3}-\d|\d{3} ?\d{3} ?\d{3}",
}

_PASSPORT: Final = (
    "passport, passeport, passaporto, pasaporte, reisepass, passnummer, passport#, passport number, passportno,"
    " numéro de passeport, número de pasaporte, numero di passaporto"
)
_MBI: Final = "AC-HJKMNP-RT-Y"  # letters that aren't taken for digits

IDENTIFIERS: Final[Mapping[str, tuple[Form, ...]]] = {
    # Credentials
    "AwsSecretKey": (
        Form(
            r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
            re.NOFLAG,
            ("aws_secret_access_key", "credentials", "secret access key", "secret key", "set-awscredential"),
        ),
    ),
    "OpenSshPrivateKey": _block(r"-----BEGIN OPENSSH PRIVATE KEY-----[^-]*-----END OPENSSH PRIVATE KEY-----"),
    "PgpPrivateKey": _block(
        r"-----BEGIN PGP PRIVATE KEY BLOCK-----[^-]*(?:-(?!----)[^-]*)*-----END PGP PRIVATE KEY BLOCK-----"
    ),
    "PkcsPrivateKey": _block(
        r"-----BEGIN (?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY-----[^-]*(?:-(?!----)[^-]*)*"
        r"-----END (?:RSA |EC |DSA |ENCRYPTED )?PRIVATE KEY-----"
    ),
    "PuttyPrivateKey": _block(
        r"PuTTY-User-Key-File-[23]: [^P]*(?:P(?!uTTY-User|rivate-MAC: )[^P]*)*Private-MAC: [0-9a-f]{40,64}"
    ),
    # Devices
    "IpAddress": (
        _form(r"(?:\d{1,3}\.){3}\d{1,3}", check=checksums.address, is_bare=False),
        Form(
            r"(?<![\w:.])(?=[0-9a-fA-F.]{0,4}:)[0-9a-fA-F:.]{1,44}[0-9a-fA-F:](?![\w:])",
            re.ASCII,
            check=checksums.address,
            is_bare=False,
        ),
    ),
    # Financial
    "BankAccountNumber-DE": _iban("DE", 22),
    "BankAccountNumber-ES": _iban("ES", 24),
    "BankAccountNumber-FR": _iban("FR", 27),
    "BankAccountNumber-GB": _iban("GB", 22),
    "BankAccountNumber-IT": _iban("IT", 27),
    "BankAccountNumber-US": (
        _form(
            r"\d{10,17}",
            "bank account, bank acct, checking account, checking acct, deposit account, deposit acct, savings account,"
            " savings acct, chequing account, chequing acct",
        ),
    ),
    "CreditCardExpiration": (
        _form(
            r"(?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?\d\d",
            "exp date, exp month, exp year, exp. date, expiration, expires, expiry, valid thru, valid until, good thru",
        ),
    ),
    "CreditCardNumber": (
        _form(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{13,19}", check=checksums.card),
    ),
    "CreditCardSecurityCode": (
        _form(
            r"\d{3,4}",
            "card id, card identification code, card identification number, card security code, card validation code,"
            " card validation number, card verification data, card verification value, cvc, cvc2, cvv, cvv2, elo"
            " verification code",
        ),
    ),
    # Health
    "DrugEnforcementAgencyNumber-US": (
        _form(r"[A-Z][A-Z9]\d{7}", "dea number, dea registration, dea#, dea no", checksums.dea),
    ),
    "HealthInsuranceCardNumber-EU": (
        _form(
            r"80\d{18}",
            "ehic, european health insurance card, carte européenne, versicherungskarte, tessera sanitaria,"
            " assicurazione sanitaria, tarjeta sanitaria, cartão europeu, health card, health insurance",
        ),
    ),
    "HealthInsuranceClaimNumber-US": (
        _form(
            r"[A-Z]{1,3}-?\d{6}(?:\d{3})?|\d{3}-?\d{2}-?\d{4}-?[A-Z]\d?",
            "health insurance claim number, hic no, hic no., hic number, hic#, hicn, hicn#, hicno#",
        ),
    ),
    "HealthInsuranceNumber-FR": (
        _form(
            r"[12] ?\d{2} ?\d{2} ?\d[0-9AB] ?\d{3} ?\d{3} ?\d{2}",
            "insurance card, carte vitale, carte d'assuré social",
            checksums.insee,
        ),
    ),
    "HealthcareProcedureCode-US": (
        _form(
            r"[A-V]\d{4}|\d{5}|\d{4}[FTU]",
            "current procedural terminology, hcpcs, healthcare common procedure coding system",
        ),
    ),
    "MedicareBeneficiaryNumber-US": (
        _form(rf"[1-9][{_MBI}][{_MBI}0-9]\d-?[{_MBI}][{_MBI}0-9]\d-?[{_MBI}]{{2}}\d{{2}}", "mbi, medicare beneficiary"),
    ),
    "NationalDrugCode-US": (
        _form(r"\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2}", "national drug code, ndc"),
    ),
    "NationalInsuranceNumber-GB": (
        _form(
            r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
            "insurance no., insurance number, insurance#, national insurance, nationalinsurance#, nin, nino",
        ),
    ),
    "NationalProviderId-US": (_form(r"[12]\d{9}", "hipaa, n.p.i., national provider, npi", checksums.npi),),
    "NhsNumber-GB": (_form(r"\d{3}[ -]?\d{3}[ -]?\d{4}", "national health service, nhs", checksums.nhs),),
    "PersonalHealthNumber-CA": (
        _form(
            r"\d{4}[ -]?\d{3}[ -]?\d{3}|\d{5}[ -]?\d{4}",
            "canada healthcare number, msp number, care number, phn, soins de santé, personal health number,"
            " personal healthcare number",
        ),
    ),
    # Personal
    "CepCode-BR": (_form(r"\d{5}-?\d{3}", "cep, código de endereçamento postal, codigo de endereçamento postal"),),
    "CnpjCode-BR": (_form(r"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}", check=checksums.cnpj),),
    "CpfCode-BR": (
        _form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", check=checksums.cpf),
        _form(r"\d{11}", "cpf, cadastro de pessoas físicas, cadastro de pessoa física", checksums.cpf),
    ),
    **{f"DriversLicense-{country}": (_form(form, _LICENSE),) for country, form in _LICENSES.items()},
    "ElectoralRollNumber-GB": (
        _form(
            r"[A-Z]{1,4}-?\d{1,6}",
            "electoral #, electoral number, electoral roll #, electoral roll no.,"
            " electoral roll number, electoralrollno",
        ),
    ),
    "EmailAddress": (
        Form(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"),
    ),
    "IndividualTaxIdentificationNumber-US": (
        _form(r"9\d{2}[ -](?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[ -]\d{4}"),
        _form(r"9\d{2}(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}", "i.t.i.n., itin, individual taxpayer"),
    ),
    "InseeCode-FR": (_form(r"[12] ?\d{2} ?\d{2} ?\d[0-9AB] ?\d{3} ?\d{3} ?\d{2}", check=checksums.insee),),
    "LatLong": (
        _form(
            r"[-+]?(?:90(?:\.0{1,20})?|[1-8]?\d\.\d{1,20}), ?[-+]?(?:180(?:\.0{1,20})?|(?:1[0-7]|[1-9])?\d\.\d{1,20})",
            "coordinate, coordinates, lat long, latitude longitude, latlong, lat/long, location, position",
        ),
    ),
    "NationalIdentificationNumber-DE": (
        _form(
            r"[CFGHJKLMNPRTVWXYZ0-9]{9}\d",
            "ausweis, id number, identification number, identity card, personalausweis, personal id",
            checksums.identity_card_de,
        ),
    ),
    "NationalIdentificationNumber-ES": (_form(r"\d{8}-?[A-Z]", check=checksums.dni),),
    "NationalIdentificationNumber-IT": (
        _form(
            r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]", check=checksums.codice_fiscale
        ),
    ),
    "NieNumber-ES": (_form(r"[XYZ]-?\d{7}-?[A-Z]", check=checksums.dni),),
    "NifNumber-ES": (_form(r"\d{8}-?[A-Z]", check=checksums.dni),),
    "PassportNumber-CA": (_form(r"[A-Z]{2}\d{6}|[A-Z]\d{6}[A-Z]{2}", _PASSPORT),),
    "PassportNumber-DE": (_form(r"[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}\d?", _PASSPORT),),
    "PassportNumber-ES": (_form(r"[A-Z]{2,3}\d{6}", _PASSPORT),),
    "PassportNumber-FR": (_form(r"\d{2}[A-Z]{2}\d{5}", _PASSPORT),),
    "PassportNumber-GB": (_form(r"\d{9}", _PASSPORT),),
    "PassportNumber-IT": (_form(r"[A-Z]{2}\d{7}", _PASSPORT),),
    "PassportNumber-US": (_form(r"\d{9}|[A-Z]\d{8}", _PASSPORT),),
    "PermanentResidenceNumber-CA": (
        _form(
            r"[A-Z]{2}\d{7,10}",
            "carte résident permanent, numéro carte résident permanent, numéro résident permanent, permanent resident"
            " card, permanent resident card number, permanent resident no, permanent resident number, pr no, pr number",
        ),
    ),
    "PhoneNumber-BR": _phone("55", r"\(?\d{2}\)? ?9?\d{4}[ -]?\d{4}", "telefone, celular, móvel"),
    "PhoneNumber-DE": _phone("49", r"0\d{2,4}[ /-]?\d{3,9}", "telefon, handy, mobil, tel."),
    "PhoneNumber-ES": _phone("34", r"[6-9]\d{2}[ .-]?\d{3}[ .-]?\d{3}", "teléfono, telefono, móvil, tel."),
    "PhoneNumber-FR": _phone("33", r"0[1-9](?:[ .-]?\d{2}){4}", "téléphone, portable, tél."),
    "PhoneNumber-GB": _phone("44", r"0\d{3,4}[ -]?\d{3}[ -]?\d{3,4}", "tel., landline"),
    "PhoneNumber-IT": _phone("39", r"0\d{1,3}[ ./-]?\d{5,8}|3\d{2}[ ./-]?\d{6,7}", "telefono, cellulare, tel."),
    "PhoneNumber-US": _phone("1", r"\(?[2-9]\d{2}\)?[ .-]?[2-9]\d{2}[ .-]?\d{4}", "tel., call"),
    "PostalCode-CA": (_form(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d"),),
    "RgNumber-BR": (_form(r"\d{1,2}\.?\d{3}\.?\d{3}-?[0-9X]", "rg, registro geral, identidade"),),
    "SocialInsuranceNumber-CA": (
        _form(r"\d{3}([ -])\d{3}\1\d{3}", check=checksums.luhn),
        _form(r"\d{9}", "sin, social insurance, numéro d'assurance sociale, canadian id", checksums.luhn),
    ),
    "Ssn-ES": (
        _form(
            r"\d{2}[ /-]?\d{7,8}[ /-]?\d{2}",
            "número de la seguridad social, social security, seguridad social, afiliación",
            checksums.social_security_es,
        ),
    ),
    "Ssn-US": (
        _form(r"(?!000|666|9)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}"),
        _form(r"(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}", "social security, ss#, ssn"),
    ),
    "TaxId-DE": (
        _form(
            r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}",
            "identifikationsnummer, steuer id, steuer-id, steuernummer, tax id, tax identification, tin",
            checksums.tax_id_de,
        ),
    ),
    "TaxId-ES": (
        _form(r"[A-HJNP-SUVW]-?\d{7}-?[0-9A-J]", "cif, nif, identificación fiscal, tax id, tax identification"),
    ),
    "TaxId-FR": (
        _form(
            r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}",
            "numéro d'identification fiscale, numéro fiscal, spi, tax id, tax identification, tin",
        ),
    ),
    "TaxId-GB": (
        _form(r"\d{5} ?\d{5}K?", "paye, tax id, tax identification, tax reference, utr, unique taxpayer reference"),
    ),
    "VehicleIdentificationNumber": (
        _form(
            r"[A-HJ-NPR-Z0-9]{17}",
            "fahrgestellnummer, niv, numarul de identificare, numarul seriei de sasiu, serie sasiu, numer vin, número"
            " de identificação do veículo, número de bastidor, número de chasis, numéro d'identification du véhicule,"
            " vehicle identification number, vin, vin numeris",
            checksums.mixed,
        ),
    ),
    "ZipCode-US": (_form(r"\d{5}(?:-\d{4})?", "zip code, zip+4, zipcode, postal code"),),
}


def find(name: str, text: str, words: Words | None = None) -> list[tuple[int, int]]:
    """Where `text` holds data of an identifier, in the order of the text; none overlaps another. `words` are those of
    the text, where other identifiers were looked for before.
    """
    words = words or Words(text)
    return merged([span for form in IDENTIFIERS[name] for span in form.find(text, words)])


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
