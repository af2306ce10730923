// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpc/rpcanswer.h"

#include "rpc/jsontext.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <optional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QByteArray errorText(const RpcError &error, RpcDialect dialect)
{
    QByteArray text = "{\"code\":" + QByteArray::number(error.code())
        + ",\"message\":" + toJsonText(QJsonValue(error.message()));
    if (!error.data().isUndefined() || dialect == RpcDialect::Swoft)
        text += ",\"data\":" + toJsonText(error.data());
    return text + '}';
}

std::optional<RpcOutcome> readOutcome(const QJsonObject &object)
{
    // The key decides: a null result is one.
    if (object.contains("result"_L1) == object.contains("error"_L1))
        return std::nullopt;
    if (object.contains("result"_L1))
        return RpcOutcome(object.value("result"_L1));
    const QJsonObject error = object.value("error"_L1).toObject();
    if (!error.value("code"_L1).isDouble())
        return std::nullopt;
    return RpcOutcome(RpcError(error.value("code"_L1).toInt(RpcError::internalError),
        error.value("message"_L1).toString(), error.value("data"_L1)));
}

std::optional<RpcAnswer> readAnswer(
    const QJsonValue &value, QByteArrayView text, RpcDialect dialect)
{
    const QJsonObject object = value.toObject();
    const auto outcome = readOutcome(object);
    if (!outcome || object.contains("method"_L1))
        return std::nullopt;
    if (dialect == RpcDialect::Swoft)
        return RpcAnswer{{}, *outcome};
    for (const JsonSlice &slice : jsonSlices(text))
        if (slice.key == "id"_L1)
            return RpcAnswer{slice.text.toByteArray(), *outcome};
    return std::nullopt;
}

} // namespace

QByteArray toJsonText(const RpcAnswer &answer, RpcDialect dialect)
{
    QByteArray text(R"({"jsonrpc":"2.0",)");
    if (const auto *error = std::get_if<RpcError>(&answer.outcome))
        text += "\"error\":" + errorText(*error, dialect);
    else
        text += "\"result\":" + toJsonText(std::get<QJsonValue>(answer.outcome));
    if (dialect == RpcDialect::Standard)
        text += ",\"id\":" + answer.id;
    return text + '}';
}

QList<RpcAnswer> readRpcAnswers(const QByteArray &text, RpcDialect dialect, int maximumDepth)
{
    if (nestsDeeperThan(text, maximumDepth))
        return {};
    const QJsonDocument document = QJsonDocument::fromJson(text);
    if (!document.isArray()) {
        const auto answer = readAnswer(document.object(), text, dialect);
        return answer ? QList<RpcAnswer>{*answer} : QList<RpcAnswer>();
    }
    QList<RpcAnswer> answers;
    const QJsonArray items = document.array();
    const QList<JsonSlice> slices = jsonSlices(text);
    for (qsizetype i = 0; i < items.size(); ++i) {
        const auto answer = readAnswer(items.at(i), slices.value(i).text, dialect);
        if (!answer)
            return {};
        answers.append(*answer);
    }
    return answers;
}

} // namespace semper
