// SPDX-License-Identifier: GPL-3.0-or-later
// scripted-hub SOCKET [PROCESSES] [METRICS_PER_SECOND]: a show of all states for looking at the
// dashboard by hand, or a flood for measuring it.
#include "support/scriptedhub.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QCoreApplication>
#include <QTimer>

#include <cmath>
#include <cstdio>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

ProcessStatus crashing(ProcessStatus process, std::chrono::milliseconds delay)
{
    process.state = ProcessPhase::Backoff;
    process.ready = false;
    process.pid.reset();
    process.startedAt = {};
    process.cause = cause::Signalled{.signal = u"SIGSEGV"_s, .coreDumped = true};
    process.lastExit = ExitReport{.at = QDateTime::currentDateTimeUtc(),
        .code = {},
        .signal = u"SIGSEGV"_s,
        .uptime = 2655ms,
        .coreDumped = true};
    process.nextStartAt = QDateTime::currentDateTimeUtc().addMSecs(delay.count());
    return process;
}

QList<ProcessStatus> makeShow()
{
    QList<ProcessStatus> processes;
    for (const QString &name : {u"api-gateway"_s, u"auth"_s, u"cache"_s, u"search-index"_s,
             u"billing-worker"_s, u"image-resizer"_s, u"mailer"_s, u"report-cron"_s, u"migrate"_s})
        processes.append(runningProcess(name));
    for (int instance = 0; instance < 3; ++instance)
        processes.append(runningProcess(u"web"_s, instance));
    processes[5].ready = false;
    processes[5].status = u"health check took 2.4 s"_s;
    processes[6].state = ProcessPhase::Starting;
    processes[6].ready = false;
    processes[6].uptime = 6s;
    for (const int i : {7, 8}) {
        processes[i].state = i == 7 ? ProcessPhase::Stopped : ProcessPhase::Done;
        processes[i].pid.reset();
        processes[i].wanted = Wanted::Down;
    }
    processes[1].restarts = 1;
    processes[9].restarts = 3;
    return processes;
}

void crash(ScriptedHub &hub, const QString &name)
{
    ProcessStatus process = crashing(hub.process(name), 4s);
    ++process.restarts;
    ++process.restartsIn10Minutes;
    ++process.restartsInAnHour;
    hub.sendLines(name, {u"ERROR decode failed: unexpected tag 0x1f at offset 4096"_s});
    hub.sendEvent(u"exit"_s, name,
        {{keys::lastExit, process.lastExit->toJson()}, {keys::decision, u"restart"_s}});
    hub.sendEvent(u"backoff"_s, name, {{keys::delayMs, 4000}});
    hub.setProcess(process);
    QTimer::singleShot(4s, &hub, [&hub, name] {
        ProcessStatus fresh = runningProcess(name);
        fresh.restarts = hub.process(name).restarts;
        fresh.restartsIn10Minutes = hub.process(name).restartsIn10Minutes;
        fresh.restartsInAnHour = hub.process(name).restartsInAnHour;
        fresh.cause = hub.process(name).cause;
        fresh.lastExit = hub.process(name).lastExit;
        fresh.uptime = 0ms;
        hub.sendEvent(u"start"_s, name, {{keys::pid, *fresh.pid}});
        hub.setProcess(fresh);
    });
}

void measure(ScriptedHub &hub, const QList<ProcessStatus> &processes, int tick)
{
    static QHash<int, double> sums;
    for (int i = 0; i < processes.size(); ++i) {
        const ProcessStatus process = hub.process(processes.at(i).name, processes.at(i).instance);
        if (!process.pid)
            continue;
        const double wave = 0.5 + 0.4 * std::sin(tick / 9.0 + i) + 0.1 * std::sin(tick * 1.7 + i);
        sums[i] += 10 * (3 + wave);
        hub.sendMetrics(process.name,
            {{keys::cpuRatio, 0.6 * wave},
                {keys::memoryBytes, qint64((40 + 5 * i + tick % 80) * 1024 * 1024)},
                {keys::gauges,
                    QJsonObject{
                        {u"queue_depth"_s, std::floor(40 * wave)}, {u"pool_ratio"_s, wave}}},
                {keys::counters, QJsonObject{{u"orders"_s, tick * 17 + 30 * wave}}},
                {keys::histograms,
                    QJsonObject{{u"latency_ms"_s,
                        QJsonObject{{keys::count, tick * 10}, {keys::sum, sums[i]}}}}}},
            process.instance);
    }
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    ScriptedHub hub;
    if (words.size() < 2 || !hub.listen(words.at(1)))
        return 2;
    const int many = words.value(2).toInt();
    const int perSecond = std::max(1, words.value(3).toInt());
    QList<ProcessStatus> processes = makeShow();
    if (many > 0) {
        processes.clear();
        for (int i = 0; i < many; ++i)
            processes.append(runningProcess(u"worker-%1"_s.arg(i, 4, 10, QLatin1Char('0'))));
    }
    hub.setProcesses(processes);
    int tick = 0;
    QTimer metrics;
    QObject::connect(&metrics, &QTimer::timeout, &hub, [&] {
        measure(hub, processes, ++tick);
        for (const ProcessStatus &process : processes)
            if (many == 0 && hub.process(process.name, process.instance).pid)
                hub.sendLines(process.name,
                    {u"INFO  [w-%1] invoice id=%2 took %3 ms"_s.arg(tick % 4)
                            .arg(88000 + tick)
                            .arg(tick % 90)},
                    0, process.instance);
    });
    metrics.start(1000 / perSecond);
    QTimer crashes;
    QObject::connect(&crashes, &QTimer::timeout, &hub, [&] { crash(hub, u"billing-worker"_s); });
    if (many == 0)
        crashes.start(12s);
    std::puts("ready");
    std::fflush(stdout);
    return QCoreApplication::exec();
}
