"""Platform applications, the devices that they know, and how facts change them."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from weirmq.engine.machine import Fact
from weirmq.services.sns import facts

ROWS: Final = 10_000  # endpoints in a part of a snapshot


class ApplicationPart(msgspec.Struct, array_like=True, tag=40):
    """A platform application without its endpoints."""

    number: int
    arn: str
    attributes: dict[str, str]


class EndpointsPart(msgspec.Struct, array_like=True, tag=41):
    """Endpoints of one application: (number, arn, attributes)."""

    application: str
    rows: list[tuple[int, str, dict[str, str]]]


class Application:
    """One platform application. Only Devices changes it."""

    __slots__ = ("account", "arn", "attributes", "by_token", "endpoints", "name", "number", "platform", "region")

    def __init__(self, number: int, arn: str, attributes: dict[str, str]) -> None:
        self.number = number
        _, _, _, self.region, self.account, resource = arn.split(":", 5)
        self.arn = arn
        _, self.platform, self.name = resource.split("/")
        self.attributes = attributes
        self.endpoints: dict[int, Endpoint] = {}  # by number
        self.by_token: dict[str, Endpoint] = {}

    @property
    def is_enabled(self) -> bool:
        """Whether anything is sent through it."""
        return self.attributes.get("Enabled", "true") == "true"


class Endpoint:
    """One device of one application. Only Devices changes it."""

    __slots__ = ("application", "arn", "attributes", "number")

    def __init__(self, number: int, application: Application, arn: str, attributes: dict[str, str]) -> None:
        self.number = number
        self.application = application
        self.arn = arn
        self.attributes = attributes

    @property
    def token(self) -> str:
        """What the platform calls the device."""
        return self.attributes["Token"]

    @property
    def is_enabled(self) -> bool:
        """Whether anything is sent to it."""
        return self.attributes["Enabled"] == "true"


class Devices:
    """All platform applications and endpoints of all accounts and regions, by ARN.

    Numbers only give lists their order: that in which things were made.
    """

    def __init__(self) -> None:
        self.applications: dict[str, Application] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self._owned: dict[tuple[str, str], dict[int, Application]] = {}
        self._next_number = 1

    def of(self, account: str, region: str) -> dict[int, Application]:
        """An account's applications in a region, by number. Not to be changed."""
        return self._owned.get((account, region), {})

    def appliers(self) -> dict[type[Fact], Callable[[Any, int, int], None]]:
        """What to do for which fact."""
        return {
            facts.ApplicationCreated: self._application_created,
            facts.ApplicationAttributesSet: self._application_attributes_set,
            facts.ApplicationDeleted: self._application_deleted,
            facts.EndpointCreated: self._endpoint_created,
            facts.EndpointAttributesSet: self._endpoint_attributes_set,
            facts.EndpointDeleted: self._endpoint_deleted,
        }

    def _application_created(self, fact: facts.ApplicationCreated, _offset: int, _now_ms: int) -> None:
        self._adopt_application(self._next_number, fact.arn, fact.attributes)

    def _adopt_application(self, number: int, arn: str, attributes: dict[str, str]) -> None:
        application = self.applications[arn] = Application(number, arn, attributes)
        self._owned.setdefault((application.account, application.region), {})[number] = application
        self._next_number = max(self._next_number, number + 1)

    def _application_attributes_set(self, fact: facts.ApplicationAttributesSet, _offset: int, _now_ms: int) -> None:
        self.applications[fact.arn].attributes = fact.attributes

    def _application_deleted(self, fact: facts.ApplicationDeleted, _offset: int, _now_ms: int) -> None:
        application = self.applications.pop(fact.arn)
        del self._owned[application.account, application.region][application.number]
        for endpoint in application.endpoints.values():
            del self.endpoints[endpoint.arn]

    def _endpoint_created(self, fact: facts.EndpointCreated, _offset: int, _now_ms: int) -> None:
        self._adopt_endpoint(self._next_number, self.applications[fact.application], fact.arn, fact.attributes)

    def _adopt_endpoint(self, number: int, application: Application, arn: str, attributes: dict[str, str]) -> None:
        endpoint = Endpoint(number, application, arn, attributes)
        self.endpoints[arn] = application.endpoints[number] = application.by_token[endpoint.token] = endpoint
        self._next_number = max(self._next_number, number + 1)

    def _endpoint_attributes_set(self, fact: facts.EndpointAttributesSet, _offset: int, _now_ms: int) -> None:
        endpoint = self.endpoints.get(fact.arn)
        if endpoint is None:
            return  # what a platform says of a device may come after its deletion
        self._forget_token(endpoint)
        endpoint.attributes = fact.attributes
        endpoint.application.by_token[endpoint.token] = endpoint

    def _endpoint_deleted(self, fact: facts.EndpointDeleted, _offset: int, _now_ms: int) -> None:
        endpoint = self.endpoints.pop(fact.arn)
        del endpoint.application.endpoints[endpoint.number]
        self._forget_token(endpoint)

    def _forget_token(self, endpoint: Endpoint) -> None:
        by_token = endpoint.application.by_token
        if by_token.get(endpoint.token) is endpoint:
            del by_token[endpoint.token]

    def parts(self) -> Iterator[Any]:
        """All of it, for a snapshot."""
        for application in self.applications.values():
            yield ApplicationPart(application.number, application.arn, application.attributes)
            rows = ((number, endpoint.arn, endpoint.attributes) for number, endpoint in application.endpoints.items())
            while chunk := list(islice(rows, ROWS)):
                yield EndpointsPart(application.arn, chunk)

    def take_up(self, part: Any) -> None:
        """Put one part back where it was."""
        match part:
            case ApplicationPart():
                self._adopt_application(part.number, part.arn, part.attributes)
            case EndpointsPart():
                application = self.applications[part.application]
                for number, arn, attributes in part.rows:
                    self._adopt_endpoint(number, application, arn, attributes)


DevicesPart = ApplicationPart | EndpointsPart
