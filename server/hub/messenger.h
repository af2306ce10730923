// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/processmail.h"
#include "hub/mailbox.h"
#include "os/patienttimer.h"

#include <QJsonObject>
#include <QObject>
#include <QSet>

#include <map>
#include <memory>

namespace semper {

class ProcessSession;
class SupervisedProcess;
class Supervisor;

/// Brings messages and requests of services to their processes, and the answers back. Each
/// instance has a Mailbox, which outlives its launches; what is in it goes over the connection of
/// the launch as fast as that is read. Supervision's thread.
class Messenger : public QObject, public ProcessMail
{
    Q_OBJECT
public:
    explicit Messenger(Supervisor &supervisor, QObject *parent = nullptr);
    /// Whoever still waits for an answer is told that there is none.
    ~Messenger() override;

    SendResult send(const MailAddress &to, const QJsonObject &payload) override;
    void ask(const MailAddress &to, const QJsonObject &payload, std::chrono::milliseconds timeout,
        Done done) override;

    /// The launch of a process is connected and was welcomed; in place of an earlier session.
    void open(ProcessSession &session);
    /// Nothing more is written to it and nothing comes from it; its connection is still there.
    void close(ProcessSession &session);
    /// The frame "response" came. What answers nothing that was asked is passed over.
    void answered(const ProcessSession &session, const QJsonObject &response);

Q_SIGNALS:
    /// Messages that waited for a process will not be delivered: it was stopped, is done or has
    /// failed. \a count is above 0.
    void messagesDropped(const semper::SupervisedProcess &process, int count);

private:
    struct Box
    {
        Mailbox mail;
        ProcessSession *session = nullptr;
        QSet<quint64> requests; ///< not answered yet, whether they wait or were sent
        quint64 lastChosen = 0; ///< the request that it was last chosen for
    };
    struct Pending
    {
        SupervisedProcess *process = nullptr;
        Done done;
        std::unique_ptr<PatientTimer> alarm;
    };

    [[nodiscard]] QList<SupervisedProcess *> instances(const MailAddress &to) const;
    [[nodiscard]] SupervisedProcess *choose(const QList<SupervisedProcess *> &instances);
    [[nodiscard]] Box &box(SupervisedProcess *process);
    void deliver(const SupervisedProcess &process, Box &box);
    void follow(SupervisedProcess *process);
    void refuseWaiting(const SupervisedProcess &process, Box &box);
    void end(quint64 request, const Answer &answer);

    Supervisor &m_supervisor;
    std::map<const SupervisedProcess *, Box> m_boxes; ///< of those that had mail or a session
    std::map<quint64, Pending> m_pending; ///< by number of the request
    quint64 m_lastRequest = 0;
};

} // namespace semper
