// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/outputbuffer.h"

#include "watch/processid.h"

#include <QObject>
#include <QStringList>

#include <memory>
#include <unordered_map>

namespace semper::dashboard {

/// The output of all processes, kept while one looks at another. All of it together stays below
/// maximumBytes, shared evenly.
class OutputStore : public QObject
{
    Q_OBJECT
public:
    static constexpr qsizetype maximumBytes = 96 * 1024 * 1024;
    static constexpr qsizetype maximumBytesEach = 4 * 1024 * 1024;

    using QObject::QObject;

    /// \a at in milliseconds since the epoch; \a dropped lines before these were lost.
    void append(const ProcessId &id, qint64 at, const QStringList &lines, int dropped);
    /// A line of our own between those of the process.
    void mark(const ProcessId &id, qint64 at, const QString &text);
    /// The same remark in each process's output.
    void markAll(qint64 at, const QString &text);
    void clear() { m_buffers.clear(); }
    /// Null while nothing came.
    [[nodiscard]] std::shared_ptr<const OutputBuffer> find(const ProcessId &id) const;

Q_SIGNALS:
    void appended(const semper::ProcessId &id);

private:
    struct Hash
    {
        size_t operator()(const ProcessId &id) const noexcept { return qHash(id); }
    };

    OutputBuffer &buffer(const ProcessId &id);
    [[nodiscard]] qsizetype share() const;

    std::unordered_map<ProcessId, std::shared_ptr<OutputBuffer>, Hash> m_buffers;
};

} // namespace semper::dashboard
