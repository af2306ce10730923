// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QJsonObject>
#include <QString>

#include <stdexcept>

namespace semper {

/// A request between a service and its processes, or to the server, that was not answered; what()
/// says which one and why. A handler of requests throws one to refuse with a code and data of its
/// own:
/// \code
/// throw semper::RequestError(u"no_such_article"_s, u"there is no article 17"_s, {{u"article"_s,
/// 17}}); \endcode
class SEMPER_CORE_EXPORT RequestError : public std::runtime_error
{
public:
    enum class Reason {
        TimedOut, ///< no answer in time. It may have been taken, and even be worked at
        QueueFull, ///< too much waits already, or too many are under way; nothing was sent
        Refused, ///< the handler threw a RequestError with a code of its own
        TooLarge, ///< it, or its answer, is more than a frame of 64 KiB
        Unknown, ///< this service has no process, or instance, of this name
        Down, ///< the process is down and will not start by itself; it did not get the request
        Lost, ///< the process got it, and ended or stopped before it answered
        Unhandled, ///< nobody there answers requests
        Failed, ///< its handler threw
        BadAnswer, ///< what came is no answer
    };

    RequestError(Reason reason, const QString &text);
    /// For a handler to throw, whose asker gets it with the same \a code and \a data and the reason
    /// Refused. \a code is a word of yours, at most 64 characters and none of Semper's own (see
    /// docs/protocol.md); \a text is for people; all of it fits into a frame of 64 KiB.
    RequestError(const QString &code, const QString &text, const QJsonObject &data = {});
    ~RequestError() override;

    /// Of the "error" in a response; \a who sent it, if that is worth telling.
    [[nodiscard]] static RequestError fromWire(const QString &who, const QJsonObject &error);
    /// The same in the other direction: {"code", "detail", "data"}. For Semper itself.
    [[nodiscard]] QJsonObject toWire() const;

    [[nodiscard]] Reason reason() const noexcept { return m_reason; }
    /// The reason as a word: "timed_out".
    [[nodiscard]] QString reasonName() const;
    /// What the other side answered with, as it stands on the wire: "no_such_article",
    /// "handler_failed". Empty where nothing came.
    [[nodiscard]] QString code() const { return m_code; }
    /// What the handler added; empty as a rule.
    [[nodiscard]] QJsonObject data() const { return m_data; }

private:
    Reason m_reason;
    QString m_code;
    QString m_text; ///< without who sent it
    QJsonObject m_data;
};

} // namespace semper
