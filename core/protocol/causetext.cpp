// SPDX-License-Identifier: LGPL-3.0-or-later
// Of causes: the sentences.
#include "protocol/cause.h"

#include <QCoreApplication>

#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

struct CauseText
{
    Q_DECLARE_TR_FUNCTIONS(semper::Cause)

public:
    QString operator()(const cause::Exited &it) const
    {
        return tr("exited with code %1").arg(it.exitCode);
    }

    QString operator()(const cause::Signalled &it) const
    {
        return (it.coreDumped ? tr("killed by %1 (core dumped)") : tr("killed by %1"))
            .arg(it.signal);
    }

    QString operator()(const cause::Fault &it) const { return it.what; }

    QString operator()(const cause::Daemonized &it) const
    {
        return tr("exited with code %1; %2 went on in the background: have the command stay in the "
                  "foreground, where it is supervised")
            .arg(QString::number(it.exitCode), it.processes);
    }

    QString operator()(const cause::NotStarted &it) const
    {
        return it.detail.isEmpty() ? tr("failed to start") : tr("cannot start %1").arg(it.detail);
    }

    QString operator()(const cause::NotReady &it) const
    {
        const QString text = it.asked == 0ms
            ? tr("not ready within %1").arg(duration(it.after))
            : tr("not ready within %1, nor in the %2 that it asked for")
                  .arg(duration(it.after), duration(it.asked));
        return it.detail.isEmpty() ? text : u"%1: %2"_s.arg(text, it.detail);
    }

    QString operator()(const cause::Hung &it) const
    {
        return tr("hung: no heartbeat for %1").arg(duration(it.silent));
    }

    QString operator()(const cause::Stalled &it) const
    {
        return tr("stalled: no work done for %1").arg(duration(it.after));
    }

    QString operator()(const cause::ProbeFailed &it) const
    {
        return it.failures == 1 ? tr("not alive: %1").arg(it.detail)
                                : tr("not alive: %1 (%2 times)").arg(it.detail).arg(it.failures);
    }

    QString operator()(const cause::Memory &it) const
    {
        return it.byKernel
            ? tr("killed by the kernel: used more than memory_max_bytes, %1 MiB")
                  .arg(mebibytes(it.limitBytes))
            : tr("used %1 MiB, more than memory_max_bytes").arg(mebibytes(it.bytes.value_or(0)));
    }

    QString operator()(const cause::Age &it) const
    {
        return tr("recycled after %1").arg(duration(it.after));
    }

    QString operator()(const cause::StopOverdue &it) const
    {
        return it.asked == 0ms
            ? tr("killed: did not stop within %1").arg(duration(it.after))
            : tr("killed: did not stop within %1, nor in the %2 that it asked for")
                  .arg(duration(it.after), duration(it.asked));
    }

    QString operator()(const cause::Unkillable &it) const
    {
        if (it.state.isEmpty())
            return tr("cannot be killed: in uninterruptible sleep");
        return it.waitsIn.isEmpty()
            ? tr("cannot be killed: state %1").arg(it.state)
            : tr("cannot be killed: state %1, waits in %2").arg(it.state, it.waitsIn);
    }

    QString operator()(const cause::Waiting &it) const
    {
        if (it.waitsFor == "stopped"_L1)
            return tr("waits for %1 of its group to stop").arg(it.process);
        if (!it.state)
            return tr("waits for %1, which has no instances").arg(it.process);
        switch (*it.state) {
        case ProcessPhase::Waiting:
            return tr("waits for %1, which waits too").arg(it.process);
        case ProcessPhase::Backoff:
            return tr("waits for %1, which is to be started again").arg(it.process);
        case ProcessPhase::Stopping:
            return tr("waits for %1, which is stopping").arg(it.process);
        case ProcessPhase::Stopped:
            return tr("waits for %1, which is stopped").arg(it.process);
        case ProcessPhase::Failed:
            return tr("waits for %1, which has failed").arg(it.process);
        case ProcessPhase::Starting:
        case ProcessPhase::Running:
        case ProcessPhase::Done:
            break;
        }
        if (it.waitsFor == "completed"_L1)
            return tr("waits for %1 to complete").arg(it.process);
        return it.waitsFor == "started"_L1 ? tr("waits for %1 to start").arg(it.process)
                                           : tr("waits for %1 to be ready").arg(it.process);
    }

    QString operator()(const cause::Backoff &) const { return tr("is to be started again"); }

    QString operator()(const cause::GaveUp &it) const
    {
        const QString text = (it.restarts == 1 ? tr("more than %1 restart in %2")
                                               : tr("more than %1 restarts in %2"))
                                 .arg(QString::number(it.restarts), duration(it.window));
        return it.because.get() != nullptr ? u"%1 (%2)"_s.arg(describe(*it.because.get()), text)
                                           : text;
    }

    QString operator()(const cause::RestartedWith &it) const
    {
        const QString text = tr("restarted with %1").arg(it.process);
        return it.because.get() != nullptr ? u"%1: %2"_s.arg(text, describe(*it.because.get()))
                                           : text;
    }

    QString operator()(const cause::Configuration &it) const { return it.detail; }
    QString operator()(const cause::Disabled &) const
    {
        return tr("disabled by the configuration");
    }

    QString operator()(const cause::Commanded &it) const
    {
        if (it.action == "shutdown"_L1)
            return tr("the server is stopping");
        if (it.action == "kill"_L1)
            return tr("killed by the server");
        const bool isRestart = it.action == "restart"_L1;
        if (it.by.isEmpty()) // the server itself restarts only what a reload has changed
            return isRestart ? tr("restarted after a reload") : tr("stopped on request");
        return (isRestart ? tr("restarted by %1") : tr("stopped by %1")).arg(it.by);
    }

    QString operator()(const cause::Scheduled &it) const
    {
        return it.nextStartAt.isValid() ? tr("waits for its schedule")
                                        : tr("its schedule never comes");
    }

    QString operator()(const cause::Replaced &) const
    {
        return tr("stopped for the next run of its schedule");
    }

private:
    /// In the largest unit in which it is a whole number.
    static QString duration(std::chrono::milliseconds time)
    {
        const qint64 count = time.count();
        if (time >= 1h && time % 1h == 0ms)
            return tr("%1 h").arg(count / 3'600'000);
        if (time >= 1min && time % 1min == 0ms)
            return tr("%1 min").arg(count / 60'000);
        if (time >= 1s && time % 1s == 0ms)
            return tr("%1 s").arg(count / 1000);
        return tr("%1 ms").arg(count);
    }

    static QString mebibytes(qint64 bytes)
    {
        return QString::number(std::ceil(double(bytes) / (1024 * 1024)), 'f', 0);
    }
};

} // namespace

QString describe(const Cause &cause)
{
    return std::visit(CauseText(), cause.kind);
}

QString describe(const std::optional<Cause> &cause)
{
    return cause ? describe(*cause) : QString();
}

} // namespace semper
