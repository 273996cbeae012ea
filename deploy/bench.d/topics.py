#!/usr/bin/env python3
"""Make topics for the plain copy, with as many partitions and the same time stamps as the contract's.

usage: topics.py NAME…

Kafka is $KLUIS_KAFKA. Needs the packages of build/venv.
"""

import os
import sys

from confluent_kafka.admin import AdminClient, NewTopic


def main():
    admin = AdminClient({"bootstrap.servers": os.environ["KLUIS_KAFKA"]})
    wanted = [NewTopic(name, num_partitions=12, replication_factor=1, config={"message.timestamp.type": "LogAppendTime"}) for name in sys.argv[1:]]
    for future in admin.create_topics(wanted, operation_timeout=30).values():
        future.result()


if __name__ == "__main__":
    main()
