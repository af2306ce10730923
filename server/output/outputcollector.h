// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/outputlimitsspec.h>
#include <semper/semper_server_export.h>

#include "os/doorbell.h"
#include "os/epollthread.h"
#include "output/boundedpattern.h"
#include "output/outputbatch.h"
#include "output/outputecho.h"
#include "output/outputgatherer.h"
#include "output/outputtail.h"
#include "output/readallowance.h"

#include <QByteArrayView>
#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>

#include <mutex>
#include <optional>

namespace semper {

/// A line that somebody waits for in the output of one launch.
struct AwaitedLine
{
    QByteArray launch = {}; ///< by what lineFound() names it
    QString pattern = {}; ///< a regular expression; empty: none is waited for
};

/// Reads what all processes print, on a thread of its own, so that a flood costs the event loop
/// nothing, and no faster than their limits allow: the rest waits in the pipe. Lines are handed on
/// in batches, ten times a second at most, and echoed to the server's standard error: how many is
/// OutputGatherer's and OutputEcho's to say.
class SEMPER_SERVER_EXPORT OutputCollector : public QObject
{
    Q_OBJECT
public:
    explicit OutputCollector(QObject *parent = nullptr);
    ~OutputCollector() override;

    /// Makes a pipe and reads one end until all its writers are gone. Returns the other, to be
    /// closed by the caller once the child has it; -1 with errno when there are no descriptors.
    [[nodiscard]] int open(const QString &process, int instance, const AwaitedLine &awaited = {},
        const OutputLimitsSpec &limits = {});

    /// What \a awaited.launch prints is that of \a instance from now on, and its line awaited.
    void assign(int instance, const AwaitedLine &awaited);
    void setLimits(const QByteArray &launch, const OutputLimitsSpec &limits);

    /// \a launch of a process is over: takes what it has left in its pipe. No line of it is awaited
    /// any more, and what the next launch of its process prints is held, for a second at most,
    /// until this was handed on. Returns the last lines that it printed: those of OutputTail.
    [[nodiscard]] QStringList takeLast(
        const QString &process, int instance, const QByteArray &launch);
    /// \a launch is over, and nobody wants its last lines.
    void forgetLines(const QByteArray &launch);
    /// Hands on, and echoes, what the last launch of a process that is over has printed.
    void handOnLast(const QString &process, int instance);

Q_SIGNALS:
    /// Emitted on the thread of this object.
    void batchReady(const semper::OutputBatch &batch);
    /// The awaited line of \a launch came, be it passed on or dropped: told once. Emitted on the
    /// thread of this object.
    void lineFound(const QByteArray &launch);

private:
    struct Stream
    {
        OutputGatherer::Process process;
        int descriptor = -1;
        QByteArray rest; ///< a line that has no end yet
        QByteArray launch;
        std::optional<BoundedPattern> awaited;
        ReadAllowance allowance;
        std::optional<OutputTail> tail = OutputTail(); ///< nothing once its launch is over
    };
    enum class Reading { Nothing, Some, End };

    struct Delivery
    {
        OutputBatches batches;
        QByteArrayList found; ///< launches
    };

    [[nodiscard]] int endRound();
    void takeLastWords();
    [[nodiscard]] bool drain(quint64 id);
    [[nodiscard]] Reading read(Stream &stream, qint64 most);
    void pause(quint64 id, int descriptor);
    void resume();
    void endLine(Stream &stream);
    void takeLines(Stream &stream, QByteArrayView bytes);
    void addLine(const Stream &stream, const QByteArray &line);
    void skipLines(Stream &stream, QByteArrayView bytes);
    void search(quint64 id, const Stream &stream);
    [[nodiscard]] bool deliver();
    void handOver();
    [[nodiscard]] Delivery takeDelivery();
    void tell(const Delivery &delivery);
    [[nodiscard]] qint64 slice() const;
    [[nodiscard]] int untilNextSlice() const;

    OutputEcho m_echo; ///< its order() is taken before the next
    std::mutex m_mutex; ///< guards what follows, to m_buffer
    QHash<quint64, Stream> m_streams;
    QHash<QByteArray, quint64> m_launches; ///< which stream is whose
    QHash<QByteArray, OutputTail> m_tails; ///< of launches that closed their output and live on
    struct Last
    {
        OutputBatch batch;
        qint64 slice = 0; ///< in which its launch ended
    };

    OutputGatherer m_gathered;
    QHash<OutputGatherer::Process, QList<Last>> m_last; ///< of launches that are over
    Delivery m_delivery; ///< for the event loop
    QByteArray m_buffer; ///< for one reading
    QByteArrayList m_toSearch; ///< the thread's own: what may be an awaited line
    QSet<quint64> m_paused; ///< the thread's own: streams that have used up their slice
    QElapsedTimer m_clock; ///< never changed
    qint64 m_lastSlice = 0; ///< the thread's own
    bool m_isPending = false; ///< the thread's own: there is something to deliver
    quint64 m_lastId = 0;
    Doorbell m_bell;
    EpollThread m_thread;
};

} // namespace semper
