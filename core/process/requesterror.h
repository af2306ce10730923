// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <stdexcept>

class QJsonObject;

namespace semper {

/// A request between a service and its processes, or to the server, that was not answered; what()
/// says which one and why.
class SEMPER_CORE_EXPORT RequestError : public std::runtime_error
{
public:
    enum class Reason {
        TimedOut, ///< no answer in time. It may have been taken, and even be worked at
        QueueFull, ///< too much waits already, or too many are under way; nothing was sent
        Refused, ///< the other side answered with an error that is none of these
        TooLarge, ///< it, or its answer, is more than a frame of 64 KiB
        Unknown, ///< this service has no process, or instance, of this name
        Down, ///< the process is down and will not start by itself; it did not get the request
        Lost, ///< the process got it, and ended or stopped before it answered
        Unhandled, ///< nobody there answers requests
        Failed, ///< its handler threw
        BadAnswer, ///< what came is no answer
    };

    RequestError(Reason reason, const QString &text);
    ~RequestError() override;

    /// Of the "error" in a response; \a who sent it, if that is worth telling.
    [[nodiscard]] static RequestError fromWire(const QString &who, const QJsonObject &error);

    [[nodiscard]] Reason reason() const noexcept { return m_reason; }
    /// The reason as a word: "timed_out".
    [[nodiscard]] QString reasonName() const;

private:
    Reason m_reason;
};

} // namespace semper
