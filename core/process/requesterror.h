// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <stdexcept>

namespace semper {

/// A question to the server that was not answered; what() says which one and why.
class SEMPER_CORE_EXPORT RequestError : public std::runtime_error
{
public:
    enum class Reason {
        TimedOut, ///< no answer in time: no connection, or a busy server
        QueueFull, ///< too much waits for a connection already; nothing was sent
        Refused, ///< the server answered with an error
    };

    RequestError(Reason reason, const QString &text);
    ~RequestError() override;

    [[nodiscard]] Reason reason() const noexcept { return m_reason; }

private:
    Reason m_reason;
};

} // namespace semper
