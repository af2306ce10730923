// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpSocket>

namespace semper {

/// A client's socket that knows which answer it carries: it counts the answer's bytes, and for a
/// HEAD request keeps its head and drops its body, whoever writes it.
class GuardedSocket
{
public:
    enum class Answer { Whole, HeadOnly };

    GuardedSocket() = default;
    virtual ~GuardedSocket() = default;
    Q_DISABLE_COPY_MOVE(GuardedSocket)

    [[nodiscard]] virtual QTcpSocket &socket() = 0;

    /// What is written from here on answers the next request.
    void beginAnswer(Answer answer);
    /// Bytes written since beginAnswer(), dropped ones included.
    [[nodiscard]] qint64 answerBytes() const { return m_answerBytes; }

protected:
    /// Counts \a size bytes of the answer. How many of them the client is to have.
    [[nodiscard]] qint64 pass(const char *data, qint64 size);

private:
    [[nodiscard]] qint64 bytesOfHead(const char *data, qint64 size);

    Answer m_answer = Answer::Whole;
    QByteArray m_tail; ///< of the head so far, to find a blank line across two writes
    bool m_headEnded = false;
    qint64 m_answerBytes = 0;
};

/// \a Socket is a QTcpSocket or a QSslSocket.
template <class Socket>
class Guarded : public Socket, public GuardedSocket
{
public:
    using Socket::Socket;
    [[nodiscard]] QTcpSocket &socket() override { return *this; }

protected:
    qint64 writeData(const char *data, qint64 size) override
    {
        const qint64 kept = pass(data, size);
        return kept > 0 && Socket::writeData(data, kept) != kept ? -1 : size;
    }
};

} // namespace semper
