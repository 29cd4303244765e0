import pytest

from weirmq.services.sns.identifiers import IDENTIFIERS, Words, find

PGP = "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: a-b\n\nlQOYBF\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----"
RSA = "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,12\n\nMIIE\n-----END RSA PRIVATE KEY-----"
SSH = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----"
PUTTY = (
    "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\nAAAA\n"
    "Private-MAC: 0123456789abcdef0123456789abcdef01234567"
)

# Examples that authorities, registries and card networks publish for tests.
FOUND = [
    ("AwsSecretKey", "aws_secret_access_key = ", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("OpenSshPrivateKey", "key: ", SSH),
    ("PgpPrivateKey", "", PGP),
    ("PkcsPrivateKey", "x ", RSA),
    ("PkcsPrivateKey", "x ", RSA.replace("RSA ", "")),
    ("PuttyPrivateKey", "", PUTTY),
    ("IpAddress", "from ", "192.0.2.1"),
    ("IpAddress", "from ", "2001:db8::8a2e:370:7334"),
    ("IpAddress", "from ", "::1"),
    ("BankAccountNumber-DE", "to ", "DE89370400440532013000"),
    ("BankAccountNumber-DE", "to ", "DE89 3704 0044 0532 0130 00"),
    ("BankAccountNumber-ES", "to ", "ES9121000418450200051332"),
    ("BankAccountNumber-FR", "to ", "FR1420041010050500013M02606"),
    ("BankAccountNumber-GB", "to ", "GB29NWBK60161331926819"),
    ("BankAccountNumber-IT", "to ", "IT60X0542811101000000123456"),
    ("BankAccountNumber-US", "checking account: ", "12345678901"),
    ("CreditCardExpiration", "valid thru ", "09/2030"),
    ("CreditCardNumber", "my card is ", "4111111111111111"),
    ("CreditCardNumber", "1 ", "4539894458086459"),
    ("CreditCardNumber", "", "5555 5555 5555 4444"),
    ("CreditCardNumber", "", "5105-1051-0510-5100"),
    ("CreditCardNumber", "", "3782 822463 10005"),
    ("CreditCardNumber", "", "6011111111111117"),
    ("CreditCardNumber", "", "30569309025904"),
    ("CreditCardNumber", "", "3530111333300000"),
    ("CreditCardSecurityCode", "CVV: ", "123"),
    ("DrugEnforcementAgencyNumber-US", "DEA number ", "F91234563"),
    ("HealthInsuranceCardNumber-EU", "EHIC ", "80276001234567890123"),
    ("HealthInsuranceClaimNumber-US", "HICN: ", "123-45-6789-A"),
    ("HealthInsuranceNumber-FR", "carte vitale ", "2 55 08 14 168 025 38"),
    ("HealthcareProcedureCode-US", "HCPCS ", "J1100"),
    ("MedicareBeneficiaryNumber-US", "MBI ", "1EG4-TE5-MK73"),
    ("NationalDrugCode-US", "NDC ", "0777-3105-02"),
    ("NationalInsuranceNumber-GB", "NINO ", "AB 12 34 56 C"),
    ("NationalProviderId-US", "NPI ", "1234567893"),
    ("NhsNumber-GB", "NHS ", "943 476 5919"),
    ("PersonalHealthNumber-CA", "PHN ", "9876 543 210"),
    ("CepCode-BR", "CEP ", "01310-100"),
    ("CnpjCode-BR", "", "11.222.333/0001-81"),
    ("CpfCode-BR", "", "529.982.247-25"),
    ("CpfCode-BR", "CPF ", "52998224725"),
    ("DriversLicense-DE", "Führerschein: ", "B072RRE2I55"),
    ("DriversLicense-GB", "driving licence ", "MORGA657054SM9IJ"),
    ("DriversLicense-US", "driver license ", "D1234567"),
    ("ElectoralRollNumber-GB", "electoral roll number ", "AB-1234"),
    ("EmailAddress", "write to ", "jane.doe+sns@mail.example.co.uk"),
    ("IndividualTaxIdentificationNumber-US", "", "900-70-1234"),
    ("InseeCode-FR", "", "255081416802538"),
    ("LatLong", "coordinates ", "48.8584, -2.2945"),
    ("NationalIdentificationNumber-DE", "Personalausweis ", "T220001293"),
    ("NationalIdentificationNumber-ES", "", "12345678Z"),
    ("NationalIdentificationNumber-IT", "", "RSSMRA85T10A562S"),
    ("NieNumber-ES", "", "X1234567L"),
    ("NifNumber-ES", "", "12345678-Z"),
    ("PassportNumber-DE", "Reisepass ", "C01X00T47"),
    ("PassportNumber-US", "passport number: ", "340020013"),
    ("PermanentResidenceNumber-CA", "permanent resident card ", "RA0302123456"),
    ("PhoneNumber-BR", "", "+55 11 91234-5678"),
    ("PhoneNumber-DE", "", "+49 (0) 30 123456"),
    ("PhoneNumber-DE", "Telefon ", "030 1234567"),
    ("PhoneNumber-FR", "téléphone ", "01 23 45 67 89"),
    ("PhoneNumber-GB", "", "+44 20 7946 0958"),
    ("PhoneNumber-US", "", "+1 (425) 555-0100"),
    ("PhoneNumber-US", "phone ", "425-555-0100"),
    ("PostalCode-CA", "", "K1A 0B1"),
    ("RgNumber-BR", "RG ", "12.345.678-X"),
    ("SocialInsuranceNumber-CA", "", "046 454 286"),
    ("SocialInsuranceNumber-CA", "SIN ", "046454286"),
    ("Ssn-ES", "seguridad social ", "28/12345678/40"),
    ("Ssn-US", "", "078-05-1120"),
    ("Ssn-US", "SSN: ", "078051120"),
    ("TaxId-DE", "Steuer-ID ", "86095742719"),
    ("TaxId-ES", "CIF ", "A58818501"),
    ("TaxId-FR", "SPI ", "30 23 217 600 053"),
    ("TaxId-GB", "UTR ", "12345 67890"),
    ("VehicleIdentificationNumber", "VIN ", "1M8GDM9AXKP042788"),
    ("ZipCode-US", "zip code ", "98109-5210"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "data"), FOUND)
def test_what_is_found(name: str, before: str, data: str) -> None:
    for after in ("", ".", ", and more", "\n"):
        assert find(name, before + data + after) == [(len(before), len(before) + len(data))]


# The same with one digit changed, within something longer, or without a word that says what it is.
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AwsSecretKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("BankAccountNumber-DE", "DE88370400440532013000"),
        ("BankAccountNumber-DE", "XDE89370400440532013000"),
        ("BankAccountNumber-GB", "DE89370400440532013000"),
        ("BankAccountNumber-US", "12345678901"),
        ("CnpjCode-BR", "11.222.333/0001-82"),
        ("CpfCode-BR", "529.982.247-26"),
        ("CpfCode-BR", "111.111.111-11"),
        ("CpfCode-BR", "52998224725"),
        ("CreditCardExpiration", "09/2030"),
        ("CreditCardNumber", "4111111111111112"),
        ("CreditCardNumber", "41111111111111111"),
        ("CreditCardNumber", "1.4111111111111111"),
        ("CreditCardNumber", "a4111111111111111"),
        ("CreditCardNumber", "0000000000000000"),
        ("CreditCardNumber", "4111-1111 1111-1111"),
        ("CreditCardSecurityCode", "123"),
        ("DrugEnforcementAgencyNumber-US", "DEA number F91234564"),
        ("EmailAddress", "jane@localhost, @example.com, a@b.c"),
        ("IpAddress", "256.0.2.1 1.2.3 1.2.3.4.5 12:30:45 a::b::c"),
        ("IpAddress", "std::vector"),
        ("NationalIdentificationNumber-DE", "Personalausweis T220001294"),
        ("NationalIdentificationNumber-ES", "12345678A"),
        ("NationalIdentificationNumber-IT", "RSSMRA85T10A562T"),
        ("NationalInsuranceNumber-GB", "NINO GB 12 34 56 C"),
        ("NationalProviderId-US", "NPI 1234567894"),
        ("NhsNumber-GB", "NHS 943 476 5918"),
        ("NieNumber-ES", "X1234567M"),
        ("PhoneNumber-US", "425-555-0100"),
        ("PkcsPrivateKey", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"),
        ("SocialInsuranceNumber-CA", "046 454 287"),
        ("Ssn-ES", "seguridad social 28/12345678/41"),
        ("Ssn-US", "000-05-1120 666-05-1120 900-05-1120 078-00-1120 078-05-0000 078051120"),
        ("TaxId-DE", "Steuer-ID 86095742718"),
        ("ZipCode-US", "98109"),
    ],
)
def test_what_is_none(name: str, text: str) -> None:
    assert find(name, text) == []


def test_a_keyword_stands_close() -> None:
    assert find("ZipCode-US", f"zip code{' ' * 30}98109")
    assert not find("ZipCode-US", f"zip code{' ' * 31}98109")
    assert find("ZipCode-US", f"98109{' ' * 30}zip code")
    assert not find("ZipCode-US", f"98109{' ' * 31}zip code")
    assert find("ZipCode-US", "ZIP CODE 98109")


def test_a_keyword_is_no_part_of_a_word() -> None:
    assert not find("TaxId-DE", "setting 86095742719")
    assert find("TaxId-DE", "TIN 86095742719")


def test_several() -> None:
    assert find("EmailAddress", "a@b.example c@d.example") == [(0, 11), (12, 23)]
    text = "İ zip code 98109, 98110"
    assert [text[start:end] for start, end in find("ZipCode-US", text)] == ["98109", "98110"]


HOSTILE = (
    "a", "1", "1 ", "a.", "-", "@", ":", "1.", "ssn 1", "+1 (4", "P", "DE89 ", "a@", "4111 ", "passport 123456789 ",
    "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----a-", "PuTTY-User-Key-File-2: ",
)  # fmt: skip


# Nothing makes a search slow: over these, with all keywords there, a quadratic one would take minutes.
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts(piece: str) -> None:
    keywords = {keyword for forms in IDENTIFIERS.values() for form in forms for keyword in form.keywords}
    text = " ".join(sorted(keywords)) + f" {piece * (20_000 // len(piece))}"
    words = Words(text)
    for name in IDENTIFIERS:
        assert all(0 <= start < end <= len(text) for start, end in find(name, text, words)), name
