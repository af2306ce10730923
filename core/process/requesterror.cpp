// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/requesterror.h>

#include "protocol/keys.h"
#include "protocol/messagekeys.h"

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumCodeLength = 64;
constexpr qsizetype maximumDetailLength = 4096;

RequestError::Reason reasonOf(const QString &code)
{
    if (code == codes::noHandler || code == codes::noService || code == codes::unknownMethod)
        return RequestError::Reason::Unhandled;
    if (code == codes::handlerFailed)
        return RequestError::Reason::Failed;
    if (code == codes::stopping)
        return RequestError::Reason::Lost;
    if (code == codes::tooLarge)
        return RequestError::Reason::TooLarge;
    if (code == codes::tooMany)
        return RequestError::Reason::QueueFull;
    return RequestError::Reason::Refused;
}

} // namespace

RequestError::RequestError(Reason reason, const QString &text)
    : std::runtime_error(text.toStdString())
    , m_reason(reason)
    , m_text(text)
{ }

RequestError::RequestError(const QString &code, const QString &text, const QJsonObject &data)
    : std::runtime_error(u"%1: %2"_s.arg(code, text).toStdString())
    , m_reason(Reason::Refused)
    , m_code(code.left(maximumCodeLength))
    , m_text(text.left(maximumDetailLength))
    , m_data(data)
{ }

RequestError::~RequestError() = default;

RequestError RequestError::fromWire(const QString &who, const QJsonObject &error)
{
    const QString code = error.value(keys::code).toString().left(maximumCodeLength);
    const QString detail = error.value(keys::detail).toString().left(maximumDetailLength);
    const QString text = u"%1: %2"_s.arg(code, detail);
    RequestError made(reasonOf(code), who.isEmpty() ? text : u"%1: %2"_s.arg(who, text));
    made.m_code = code;
    made.m_text = detail;
    made.m_data = error.value(keys::data).toObject();
    return made;
}

QJsonObject RequestError::toWire() const
{
    QJsonObject error{{keys::code, m_code}, {keys::detail, m_text}};
    if (!m_data.isEmpty())
        error.insert(keys::data, m_data);
    return error;
}

QString RequestError::reasonName() const
{
    switch (m_reason) {
    case Reason::TimedOut:
        return u"timed_out"_s;
    case Reason::QueueFull:
        return u"queue_full"_s;
    case Reason::Refused:
        return u"refused"_s;
    case Reason::TooLarge:
        return u"too_large"_s;
    case Reason::Unknown:
        return u"unknown"_s;
    case Reason::Down:
        return u"down"_s;
    case Reason::Lost:
        return u"lost"_s;
    case Reason::Unhandled:
        return u"unhandled"_s;
    case Reason::Failed:
        return u"failed"_s;
    case Reason::BadAnswer:
        return u"bad_answer"_s;
    }
    return {};
}

} // namespace semper
