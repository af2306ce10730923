// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "supervisor/boundedpattern.h"

#include <QElapsedTimer>
#include <QHash>
#include <QMutex>
#include <QObject>
#include <QString>
#include <QStringList>

#include <optional>
#include <thread>

namespace semper {

/// What processes wrote since the last time, one process at a time.
struct OutputBatch
{
    QString process;
    int instance = 0;
    QStringList lines; ///< decoded as UTF-8; a line over 8 KiB comes in pieces
    qint64 dropped = 0; ///< lines that came faster than they could be passed on
};

/// A line that somebody waits for in the output of one launch.
struct AwaitedLine
{
    QByteArray launch = {}; ///< by what lineFound() names it
    QString pattern = {}; ///< a regular expression; empty: none is waited for
};

/// Reads what all processes print, on a thread of its own, so that a flood costs the event loop
/// nothing. Lines are handed on in batches, and echoed to the server's standard error with the
/// process's name before each, ten times a second at most and 500 lines of a process each time.
class SEMPER_SERVER_EXPORT OutputCollector : public QObject
{
    Q_OBJECT
public:
    explicit OutputCollector(QObject *parent = nullptr);
    ~OutputCollector() override;

    /// Makes a pipe and reads one end until all its writers are gone. Returns the other, to be
    /// closed by the caller once the child has it; -1 with errno when there are no descriptors.
    [[nodiscard]] int open(const QString &process, int instance, const AwaitedLine &awaited = {});

    /// What \a awaited.launch prints is that of \a instance from now on, and its line awaited.
    void assign(int instance, const AwaitedLine &awaited);

Q_SIGNALS:
    /// Emitted on the thread of this object.
    void batchReady(const semper::OutputBatch &batch);
    /// The awaited line of \a launch came, be it passed on or dropped: told once. Emitted on the
    /// thread of this object.
    void lineFound(const QByteArray &launch);

private:
    struct Stream
    {
        QString process;
        int instance = 0;
        int descriptor = -1;
        QByteArray rest; ///< a line that has no end yet
        QByteArray launch;
        std::optional<BoundedPattern> awaited;
    };
    using Key = std::pair<QString, int>;

    void run();
    void takeLastWords();
    bool drain(quint64 id);
    void takeLines(Stream &stream, const QByteArray &bytes);
    void addLine(const Stream &stream, const QByteArray &line);
    void search(quint64 id, const Stream &stream);
    void deliver();
    static void echo(const QHash<Key, OutputBatch> &batches);
    void ring();
    void handOver();

    QMutex m_mutex; ///< guards the five below
    QHash<quint64, Stream> m_streams;
    QHash<Key, OutputBatch> m_batches; ///< gathered
    QHash<Key, OutputBatch> m_delivery; ///< for the event loop
    QByteArrayList m_found; ///< launches, likewise
    bool m_delivering = false; ///< a delivery waits for the event loop
    QByteArrayList m_toSearch; ///< the thread's own: what may be an awaited line
    QElapsedTimer m_sinceDelivery; ///< the thread's own
    quint64 m_lastId;
    int m_epoll = -1;
    int m_quit = -1;
    std::thread m_thread;
};

} // namespace semper
