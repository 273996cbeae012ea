#include "common/stream/kafka_error.h"

bool kafka_is_fenced(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR__FENCED || err == RD_KAFKA_RESP_ERR_PRODUCER_FENCED || err == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
	       err == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

bool kafka_is_regrouped(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION || err == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
	       err == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS || err == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

enum disposition kafka_disposition(rd_kafka_resp_err_t err)
{
	static const rd_kafka_resp_err_t stops[] = {
		RD_KAFKA_RESP_ERR__FATAL,
		RD_KAFKA_RESP_ERR__INVALID_ARG,
		RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
		RD_KAFKA_RESP_ERR__AUTHENTICATION,
		RD_KAFKA_RESP_ERR__SSL,
		RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,
		RD_KAFKA_RESP_ERR__INCONSISTENT,
		RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
		RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
		RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
		RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
		RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
		RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
		RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
		RD_KAFKA_RESP_ERR_INVALID_GROUP_ID,
		RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
	};

	if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
		return DISPOSITION_NONE;
	if (kafka_is_fenced(err))
		return DISPOSITION_STOP;
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		if (err == stops[i])
			return DISPOSITION_STOP;
	}
	return DISPOSITION_RETRY;
}

bool kafka_error_set(struct error *error, rd_kafka_resp_err_t err, const char *place)
{
	return error_set(error, kafka_disposition(err), rd_kafka_err2name(err), place, "%s", rd_kafka_err2str(err));
}

bool kafka_error_take(struct error *error, rd_kafka_error_t *object, const char *place, rd_kafka_resp_err_t *ret_err)
{
	rd_kafka_resp_err_t err = object == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(object);

	if (ret_err != NULL)
		*ret_err = err;
	if (object == NULL)
		return true;
	(void)kafka_error_set(error, err, place);
	if (error != NULL && rd_kafka_error_is_fatal(object))
		error->disposition = DISPOSITION_STOP;
	rd_kafka_error_destroy(object);
	return false;
}
