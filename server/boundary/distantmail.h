// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/processmail.h"

#include <semper/semper_server_export.h>

namespace semper {

class Crossing;

/// The mail as another thread uses it: send() waits for supervision's loop, which waits for nobody,
/// and so for microseconds; ask() returns at once. Where supervision does not answer, a message is
/// refused and a request fails, as of a process that is down. For the services' thread.
class SEMPER_SERVER_EXPORT DistantMail final : public ProcessMail
{
public:
    /// All outlive it. \a there leads into the loop of \a mail, \a here into that of the caller.
    DistantMail(ProcessMail &mail, Crossing &there, Crossing &here)
        : m_mail(mail)
        , m_there(there)
        , m_here(here)
    { }

    SendResult send(const MailAddress &to, const QJsonObject &payload) override;
    /// \a done is called in the caller's loop.
    void ask(const MailAddress &to, const QJsonObject &payload, std::chrono::milliseconds timeout,
        Done done) override;

private:
    ProcessMail &m_mail;
    Crossing &m_there;
    Crossing &m_here;
};

} // namespace semper
