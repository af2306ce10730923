// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpSocket>

namespace semper {

/// A client's socket that knows which answer it carries: it counts the answer's bytes, and for a
/// HEAD request keeps its head and drops its body, whoever writes it.
class GuardedSocket : public QTcpSocket
{
    Q_OBJECT
public:
    enum class Answer { Whole, HeadOnly };

    using QTcpSocket::QTcpSocket;

    /// What is written from here on answers the next request.
    void beginAnswer(Answer answer);
    /// Bytes written since beginAnswer(), dropped ones included.
    [[nodiscard]] qint64 answerBytes() const { return m_answerBytes; }
    /// QHttpServer opens a transaction whenever it is told of bytes, even where there are none.
    void endTransaction();
    /// Puts \a bytes in front of what is read next.
    void putBack(const QByteArray &bytes);
    /// Tells the client that no byte follows; it may still send. What is unsent is lost.
    void closeWriting();

protected:
    qint64 writeData(const char *data, qint64 size) override;

private:
    [[nodiscard]] qint64 bytesOfHead(const char *data, qint64 size);

    Answer m_answer = Answer::Whole;
    QByteArray m_tail; ///< of the head so far, to find a blank line across two writes
    bool m_headEnded = false;
    qint64 m_answerBytes = 0;
};

} // namespace semper
