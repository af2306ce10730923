// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/requesterror.h>
#include <semper/sendresult.h>

#include <QJsonObject>
#include <QString>

#include <chrono>
#include <functional>
#include <optional>
#include <variant>

namespace semper {

/// To whom: processes of one service.
struct MailAddress
{
    QString service;
    QString process;
    std::optional<int> instance = {}; ///< none: of a message all, of a request any
};

/// The way from a service to its user processes; the hub's Messenger, or a test's.
class ProcessMail
{
public:
    using Answer = std::variant<QJsonObject, RequestError>;
    /// Is called once, maybe within ask() already.
    using Done = std::function<void(const Answer &answer)>;

    virtual SendResult send(const MailAddress &to, const QJsonObject &payload) = 0;
    virtual void ask(const MailAddress &to, const QJsonObject &payload,
        std::chrono::milliseconds timeout, Done done)
        = 0;

protected:
    ~ProcessMail() = default;
};

} // namespace semper
