// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/messenger.h"

#include "hub/hubconnection.h"
#include "hub/processsession.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/messagekeys.h"
#include "supervisor/supervisor.h"

#include <QLoggingCategory>

#include <algorithm>
#include <tuple>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logMessenger, "semper.server.hub", QtInfoMsg)

using Reason = RequestError::Reason;

constexpr qsizetype mostRequests = 256; ///< of one instance, unanswered
constexpr std::chrono::milliseconds longestTimeout = 24h;

/// Whether a launch of it is there that will hear, or one is to come by itself.
bool takesMail(const SupervisedProcess &process)
{
    const MachineState &state = process.state();
    switch (state.phase()) {
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
    case ProcessPhase::Backoff:
        return true;
    case ProcessPhase::Waiting:
        return !state.isResting();
    case ProcessPhase::Stopping:
        return state.wanted() == Wanted::Up && !state.isResting();
    case ProcessPhase::Stopped:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        break;
    }
    return false;
}

QString labelOf(const SupervisedProcess &process)
{
    return processLabel(process.name(), process.instance());
}

RequestError downError(const SupervisedProcess &process)
{
    return {Reason::Down, u"%1 is %2"_s.arg(labelOf(process), phaseName(process.state().phase()))};
}

} // namespace

Messenger::Messenger(Supervisor &supervisor, QObject *parent)
    : QObject(parent)
    , m_supervisor(supervisor)
{
    connect(&supervisor, &Supervisor::processChanged, this, &Messenger::follow);
}

Messenger::~Messenger()
{
    while (!m_pending.empty())
        end(m_pending.begin()->first, RequestError(Reason::Down, u"the server ends"_s));
}

QList<SupervisedProcess *> Messenger::instances(const MailAddress &to) const
{
    QList<SupervisedProcess *> found;
    const int first = to.instance.value_or(0);
    for (int i = first; SupervisedProcess *process = m_supervisor.find(to.process, i); ++i) {
        if (process->service() == to.service)
            found.append(process);
        if (to.instance)
            break;
    }
    return found;
}

Messenger::Box &Messenger::box(SupervisedProcess *process)
{
    const auto [it, isNew] = m_boxes.try_emplace(process);
    if (isNew)
        connect(process, &QObject::destroyed, this, [this, process] {
            const QSet<quint64> requests = m_boxes[process].requests;
            for (const quint64 request : requests)
                end(request, RequestError(Reason::Down, u"the process was removed"_s));
            m_boxes.erase(process);
        });
    return it->second;
}

SendResult Messenger::send(const MailAddress &to, const QJsonObject &payload)
{
    const QList<SupervisedProcess *> targets = instances(to);
    const QByteArray frame = encodeFrame(makeFrame(frames::message, {{keys::payload, payload}}));
    SendResult result;
    const auto refuse = [&result](Reason reason) {
        ++result.refused;
        result.reason = reason;
    };
    if (targets.isEmpty())
        refuse(m_supervisor.knows(to.process) && !to.instance ? Reason::Down : Reason::Unknown);
    for (SupervisedProcess *process : targets) {
        if (frame.size() > maximumFrameBytes) {
            refuse(Reason::TooLarge);
        } else if (!takesMail(*process)) {
            refuse(Reason::Down);
        } else if (Box &box = this->box(process); box.mail.add(frame)) {
            deliver(*process, box);
            ++(box.mail.waiting() == 0 ? result.sent : result.kept);
        } else {
            refuse(Reason::QueueFull);
        }
    }
    return result;
}

void Messenger::ask(
    const MailAddress &to, const QJsonObject &payload, std::chrono::milliseconds timeout, Done done)
{
    const auto refuse = [&done, &to](Reason reason, const QString &why) {
        done(RequestError(reason, u"%1: %2"_s.arg(to.process, why)));
    };
    const QList<SupervisedProcess *> targets = instances(to);
    if (targets.isEmpty() && (to.instance || !m_supervisor.knows(to.process)))
        return refuse(Reason::Unknown, u"this service has no such process or instance"_s);
    SupervisedProcess *process = choose(targets);
    if (!process)
        return refuse(Reason::Down, u"no instance is up, or will be by itself"_s);
    const quint64 id = ++m_lastRequest;
    const QByteArray frame = encodeFrame(makeFrame(frames::request,
        {{keys::id, qint64(id)}, {keys::method, methods::askProcess},
            {keys::params, QJsonObject{{keys::payload, payload}}}}));
    if (frame.size() > maximumFrameBytes)
        return refuse(Reason::TooLarge, u"the request has %1 bytes"_s.arg(frame.size()));
    Box &box = this->box(process);
    if (box.requests.size() >= mostRequests || !box.mail.add(frame, id))
        return refuse(
            Reason::QueueFull, u"too much waits for %1, or is under way"_s.arg(labelOf(*process)));
    box.requests.insert(id);
    box.lastChosen = id;
    auto alarm = std::make_unique<PatientTimer>();
    connect(
        alarm.get(), &PatientTimer::timeout, this, [this, id, timeout, label = labelOf(*process)] {
            end(id,
                RequestError(Reason::TimedOut,
                    u"%1: no answer within %2 ms"_s.arg(label).arg(timeout.count())));
        });
    alarm->start(std::clamp(timeout, 0ms, longestTimeout));
    m_pending[id] = {.process = process, .done = std::move(done), .alarm = std::move(alarm)};
    deliver(*process, box);
}

/// The best is one that is ready and connected, then one that is connected; of equals that with the
/// fewest requests, and of those the one whose turn is longest ago.
SupervisedProcess *Messenger::choose(const QList<SupervisedProcess *> &instances)
{
    SupervisedProcess *best = nullptr;
    std::tuple<int, qsizetype, quint64> least;
    for (SupervisedProcess *process : instances) {
        if (!takesMail(*process))
            continue;
        const Box &box = this->box(process);
        const bool hears = box.session && process->state().phase() != ProcessPhase::Stopping;
        const int rank = hears && process->state().isReady() ? 0 : hears ? 1 : 2;
        const std::tuple<int, qsizetype, quint64> here{rank, box.requests.size(), box.lastChosen};
        if (!best || here < least) {
            best = process;
            least = here;
        }
    }
    return best;
}

void Messenger::open(ProcessSession &session)
{
    SupervisedProcess *process = session.process();
    Box &box = this->box(process);
    if (box.session)
        close(*box.session);
    box.session = &session;
    connect(session.connection(), &HubConnection::relieved, &session, [this, &session] {
        SupervisedProcess *relieved = session.process();
        if (!relieved)
            return;
        if (const auto it = m_boxes.find(relieved);
            it != m_boxes.end() && it->second.session == &session)
            deliver(*relieved, it->second);
    });
    deliver(*process, box);
}

void Messenger::close(ProcessSession &session)
{
    const SupervisedProcess *process = session.process();
    const auto it = m_boxes.find(process);
    if (!process || it == m_boxes.end() || it->second.session != &session)
        return;
    Box &box = it->second;
    box.session = nullptr;
    box.mail.connectionLost(session.connection()->bytesTaken());
    const QSet<quint64> requests = box.requests;
    for (const quint64 request : requests)
        if (!box.mail.isWaiting(request))
            end(request,
                RequestError(Reason::Lost,
                    u"%1 ended, or lost its connection, before it answered"_s.arg(
                        labelOf(*process))));
}

void Messenger::deliver(const SupervisedProcess &process, Box &box)
{
    // Who is about to end would take it along: it is for the launch that follows.
    if (!box.session || process.state().phase() == ProcessPhase::Stopping)
        return;
    HubConnection *connection = box.session->connection();
    box.mail.taken(connection->bytesTaken());
    while (const QByteArray *frame = box.mail.next()) {
        if (connection->bytesToWrite() >= FrameConnection::enoughWaiting)
            return; // until it is relieved
        const qint64 before = connection->bytesWritten();
        connection->write(*frame);
        if (connection->bytesWritten() == before)
            return; // it is being closed
        box.mail.handOver(connection->bytesWritten());
    }
}

void Messenger::follow(SupervisedProcess *process)
{
    const auto it = m_boxes.find(process);
    if (it == m_boxes.end())
        return;
    if (takesMail(*process))
        deliver(*process, it->second);
    else
        refuseWaiting(*process, it->second);
}

void Messenger::refuseWaiting(const SupervisedProcess &process, Box &box)
{
    const QSet<quint64> requests = box.requests;
    for (const quint64 request : requests)
        if (box.mail.isWaiting(request)) // others may still be answered
            end(request, downError(process));
    const auto dropped = int(box.mail.clear());
    if (dropped == 0)
        return;
    qCWarning(logMessenger, "%s is %s; %d messages that waited for it were dropped",
        qUtf8Printable(labelOf(process)), qUtf8Printable(phaseName(process.state().phase())),
        dropped);
    Q_EMIT messagesDropped(process, dropped);
}

void Messenger::answered(const ProcessSession &session, const QJsonObject &response)
{
    const auto id = quint64(response.value(keys::id).toInteger());
    const auto it = m_pending.find(id);
    if (it == m_pending.end() || it->second.process != session.process()
        || m_boxes[session.process()].mail.isWaiting(id)) {
        qCDebug(logMessenger, "an answer to nothing that was asked, or too late");
        return;
    }
    const QString label = labelOf(*session.process());
    const QJsonValue result = response.value(keys::result);
    const QJsonValue error = response.value(keys::error);
    if (error.isObject())
        end(id, RequestError::fromWire(label, error.toObject()));
    else if (result.isObject())
        end(id, result.toObject());
    else
        end(id,
            RequestError(Reason::BadAnswer,
                u"%1 sent a response with neither a result nor an error, which are objects"_s.arg(
                    label)));
}

void Messenger::end(quint64 request, const Answer &answer)
{
    auto node = m_pending.extract(request);
    if (node.empty())
        return;
    Pending &pending = node.mapped();
    if (const auto it = m_boxes.find(pending.process); it != m_boxes.end()) {
        it->second.requests.remove(request);
        it->second.mail.withdraw(request);
    }
    // It may be this alarm that tells.
    pending.alarm.release()->deleteLater();
    pending.done(answer);
}

} // namespace semper
