"""A Celery application on the SQS transport, as its users write one."""

import os
import time
from urllib.parse import quote, urlsplit

from celery import Celery

_endpoint = urlsplit(os.environ["AWS_ENDPOINT_URL"])
_key, _secret = (quote(os.environ[name], safe="") for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))

app = Celery(
    "shop",
    broker=f"sqs://{_key}:{_secret}@{_endpoint.netloc}//",
    backend="file://" + os.environ["RESULTS"],
)
app.conf.update(
    broker_transport_options={
        "is_secure": False,
        "region": os.environ["AWS_DEFAULT_REGION"],
        "visibility_timeout": 10,
        "wait_time_seconds": 5,
        "polling_interval": 0.1,
        "queue_name_prefix": os.environ["QUEUE_PREFIX"],
    },
    broker_connection_retry_on_startup=True,
    task_acks_late=True,
    worker_prefetch_multiplier=4,
    task_default_queue="orders",
)


@app.task
def price(amount: int, each: int) -> int:
    return amount * each


@app.task
def pack(number: int) -> int:
    """Takes its time, so that a worker is always in the middle of one."""
    time.sleep(0.2)
    return number * 3


@app.task
def shout(text: str) -> str:
    return text.upper()


@app.task(bind=True, max_retries=3)
def shaky(self) -> int:
    """Fails twice, and asks to be run again a second later; that message waits in the queue with a delay."""
    if self.request.retries < 2:
        raise self.retry(countdown=1)
    return self.request.retries


@app.task
def broken() -> None:
    raise ValueError("no such order")
