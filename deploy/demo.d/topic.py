#!/usr/bin/env python3
"""A look at a topic with an independent client: no code of the services, only the schemas.

usage: topic.py show TOPIC [--type NAME] [--last N]     the newest records, decoded, as a read_committed reader sees them
       topic.py write TOPIC KEY FILE                    one record with the file's bytes as they are

Kafka is $KLUIS_KAFKA. Needs the packages of build/venv.
"""

import argparse
import io
import json
import os
import sys
from pathlib import Path

import fastavro
import fastavro.schema
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def readers():
    """Fingerprint on the wire -> parsed schema, of the present version of each message."""
    found = {}
    for path in sorted(SCHEMAS.glob("*.avsc")):
        document = json.loads(path.read_text())
        canonical = fastavro.schema.to_parsing_canonical_form(document)
        found[bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))] = fastavro.parse_schema(document)
    return found


def decoded(schemas, value):
    """(name, fields); what is no single-object encoding of a known schema is said so."""
    schema = schemas.get(value[2:10]) if value and value[:2] == b"\xc3\x01" else None
    if schema is None:
        return ("tombstone" if value is None else "unreadable"), {}
    return schema["name"].rpartition(".")[2], fastavro.schemaless_reader(io.BytesIO(value[10:]), schema)


def records(topic):
    consumer = Consumer({"bootstrap.servers": os.environ["KLUIS_KAFKA"], "group.id": "topic.py", "isolation.level": "read_committed",
                         "enable.auto.commit": False, "enable.partition.eof": True})
    partitions = list(consumer.list_topics(topic, 10).topics[topic].partitions)
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])
    ended = set()
    while len(ended) < len(partitions):
        message = consumer.poll(10)
        if message is None:
            sys.exit(f"{topic}: no answer within 10 s")
        if message.error() is None:
            yield message
        elif message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
        else:
            sys.exit(f"{topic}: {message.error()}")
    consumer.close()


def show(options):
    schemas, found = readers(), []
    for message in records(options.topic):
        name, fields = decoded(schemas, message.value())
        if options.type in (None, name):
            found.append((message.timestamp()[1], message, name, fields))
    for _, message, name, fields in sorted(found, key=lambda one: one[0])[-options.last:]:
        headers = " ".join(f"{key}={value.decode(errors='replace')}" for key, value in message.headers() or ())
        key = message.key() or b""
        print(f"{message.topic()}/{message.partition()}@{message.offset()} {name} key={key.decode() if key.isascii() and key.isalnum() else key.hex()} {headers}")
        print("  " + json.dumps({k: v for k, v in fields.items() if v is not None}, default=lambda raw: raw.hex(), ensure_ascii=False))


def write(options):
    failed = []
    producer = Producer({"bootstrap.servers": os.environ["KLUIS_KAFKA"], "partitioner": "murmur2_random"})
    producer.produce(options.topic, Path(options.file).read_bytes(), options.key, on_delivery=lambda error, message: failed.append(error) if error else
                     print(f"{len(message.value())} bytes to {message.topic()}/{message.partition()}@{message.offset()}"))
    if producer.flush(30) or failed:
        sys.exit(f"not delivered: {failed}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("show")
    one.add_argument("topic")
    one.add_argument("--type")
    one.add_argument("--last", type=int, default=1)
    one.set_defaults(run=show)
    one = commands.add_parser("write")
    for name in ("topic", "key", "file"):
        one.add_argument(name)
    one.set_defaults(run=write)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
