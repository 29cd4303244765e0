"""Many asyncio producers and consumers on one queue at once, with aiobotocore: every message arrives, and only once."""

import asyncio
import os
import sys
import uuid

import aiobotocore.session
from botocore.config import Config

PRODUCERS, MESSAGES_EACH, CONSUMERS = 20, 25, 20


async def produce(sqs, url, number):
    for index in range(MESSAGES_EACH):
        await sqs.send_message(QueueUrl=url, MessageBody=f"{number}/{index}")


async def consume(sqs, url, found, everything):
    """Receive and delete until all have come; the consumers that are left waiting end with their own long poll."""
    while not everything.is_set():
        answer = await sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        for message in answer.get("Messages", []):
            found.append(message["Body"])
            await sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if len(found) >= PRODUCERS * MESSAGES_EACH:
            everything.set()


async def main():
    config = Config(max_pool_connections=PRODUCERS + CONSUMERS)
    session = aiobotocore.session.get_session()
    async with session.create_client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=config) as sqs:
        url = (await sqs.create_queue(QueueName=f"crowd-{uuid.uuid4().hex[:8]}"))["QueueUrl"]
        found, everything = [], asyncio.Event()
        workers = [produce(sqs, url, number) for number in range(PRODUCERS)]
        workers += [consume(sqs, url, found, everything) for _ in range(CONSUMERS)]
        await asyncio.wait_for(asyncio.gather(*workers), timeout=60)
        expected = [f"{number}/{index}" for number in range(PRODUCERS) for index in range(MESSAGES_EACH)]
        if sorted(found) != sorted(expected):
            sys.exit(f"{len(found)} messages came, {len(set(found))} of them different, of {len(expected)}")
    print("ok crowd")


asyncio.run(main())
