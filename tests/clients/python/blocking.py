"""aiobotocore with boto3's face: every call runs on an event loop in a thread, and the caller waits for its answer.

So one scenario drives both, and what it does from several threads meets on one loop and one connection pool.
"""

import asyncio
import atexit
import inspect
import threading

import aiobotocore.session

loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()


def wait(coroutine):
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result()


class Session:
    def __init__(self):
        self._session = aiobotocore.session.get_session()
        self.region_name = self._session.get_config_variable("region")

    def client(self, service, **options):
        options.setdefault("region_name", self.region_name)
        context = self._session.create_client(service, **options)
        atexit.register(lambda: wait(context.__aexit__(None, None, None)))
        return Client(wait(context.__aenter__()))

    def get_credentials(self):
        return wait(self._session.get_credentials())


class Client:
    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        member = getattr(self._client, name)
        if not inspect.ismethod(member):
            return member
        return lambda *args, **members: wait(member(*args, **members))

    def get_paginator(self, operation):
        return Paginator(self._client.get_paginator(operation))


class Paginator:
    def __init__(self, paginator):
        self._paginator = paginator

    def paginate(self, **members):
        async def collect():
            return [page async for page in self._paginator.paginate(**members)]

        return wait(collect())
