// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/chunkedbody.h"

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QString>

namespace semper {

/// The status code of the answer that begins with \a line, its end included: 0 if that is no
/// status line of HTTP/1.
[[nodiscard]] SEMPER_SERVER_EXPORT int httpStatus(const QByteArray &line);

/// The answer to one GET, piece by piece: interim ones (1xx) are passed over, and a body is taken
/// by its length, in chunks, or until the connection ends. Of a larger head than 64 KiB it wants
/// nothing, and of a body no more than 1 MiB. Source: RFC 9112.
class SEMPER_SERVER_EXPORT HttpAnswer
{
public:
    enum class State {
        Head, ///< more of the head has to come
        Body, ///< status() is known, and more of the body has to come
        Whole, ///< all of it has come, or as much as is wanted
        Broken, ///< it is no HTTP, or none that can be read; see fault()
    };

    HttpAnswer();

    /// What has come.
    void take(const QByteArray &bytes);
    /// Nothing more comes, because the connection is over.
    void end();

    [[nodiscard]] State state() const { return m_state; }
    /// Of the answer that is no interim one; 0 while that is not known.
    [[nodiscard]] int status() const { return m_status; }
    /// As far as it has come.
    [[nodiscard]] QByteArray body() const { return m_body; }
    /// Nothing tells how long the body is: it goes on until the connection ends.
    [[nodiscard]] bool isUntilClose() const { return m_part == Part::Rest; }
    /// Why it is broken, for people.
    [[nodiscard]] QString fault() const { return m_fault; }

private:
    enum class Part { StatusLine, Fields, Counted, Chunks, Rest };

    [[nodiscard]] bool goOn();
    [[nodiscard]] bool takeLine(QByteArray &line);
    void takeStatusLine(const QByteArray &line);
    void takeField(const QByteArray &line);
    void endHead();
    void takeChunks();
    void takeBody(qint64 size);
    void cutOff();
    void breakOff(const QString &fault);

    State m_state = State::Head;
    Part m_part = Part::StatusLine;
    QByteArray m_rest; ///< not looked at yet
    qsizetype m_headBytes = 0; ///< of all heads
    int m_status = 0;
    qint64 m_length = -1; ///< of the body as the head tells it; -1: it does not
    bool m_chunked = false;
    bool m_coded = false; ///< in another way than in chunks alone: by Transfer-Encoding
    ChunkedBody m_chunks; ///< the body, where it comes in them
    QByteArray m_body;
    QString m_fault;
};

} // namespace semper
