"""What lies in the outputs that no read_committed reader is given."""

from confluent_kafka import Consumer, KafkaError, TopicPartition


def raw_ids(stack, starts):
    """Every kluis-id in these logs, aborted records included: [(topic, partition, offset, id)]. starts: {(topic, partition): offset}."""
    consumer = Consumer({"bootstrap.servers": stack.kafka, "group.id": "faults-raw", "enable.auto.commit": False, "auto.offset.reset": "earliest",
                         "isolation.level": "read_uncommitted", "enable.partition.eof": True, "fetch.wait.max.ms": 50})
    found, ended = [], set()
    try:
        consumer.assign([TopicPartition(*place, offset) for place, offset in starts.items()])
        while len(ended) < len(starts):
            for message in consumer.consume(2000, 0.2):
                error = message.error()
                if error is None:
                    found.append((message.topic(), message.partition(), message.offset(), dict(message.headers() or ()).get("kluis-id", b"").decode()))
                elif error.code() == KafkaError._PARTITION_EOF:
                    ended.add((message.topic(), message.partition()))
    finally:
        consumer.close()
    return found


def aborted(plant, fresh):
    """The offsets of records that were published and never readable."""
    readable = {(r.topic, r.partition, r.offset) for r in fresh}
    raw = raw_ids(plant.deployment.stack, {(t, p): 0 for t in plant.topics for p in range(plant.deployment.partitions)})
    return [one for one in raw if one[:3] not in readable]
